using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion.Hotline;

/// <summary>Names of places and where they are, out of the lake's base tables: an address becomes the most exact place that it names.</summary>
/// <remarks>Points of interest and footprints (method <c>gazetteer</c>), roads (<c>gazetteer</c>, as exact as the road is long), administrative units (<c>boundary</c>, as exact as the unit is large).</remarks>
internal sealed class Gazetteer
{
    private const double MetresPerDegree = 111_195;

    private static readonly (string Table, string Method, string Names)[] Tables =
        [("base.poi", "gazetteer", "name"), ("base.footprint", "gazetteer", "name"), ("base.road", "gazetteer", "name"), ("base.admin_unit", "boundary", "name")];

    /// <summary>Addresses that are remembered; then all are forgotten.</summary>
    private const int Remembered = 1 << 16;

    private readonly Dictionary<int, List<Place>> _places = [];
    private readonly Dictionary<string, Place?> _found = new(StringComparer.Ordinal);

    /// <summary>Names it knows.</summary>
    public int Count { get; private set; }

    public static Gazetteer Of(CityCatalog catalog)
    {
        var gazetteer = new Gazetteer();
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        foreach (var (name, method, column) in Tables)
        {
            var table = TableName.Parse(name);
            if (!catalog.Lake.Exists(table))
                continue;
            var snapshot = catalog.Lake.ReadAsync(table).AsTask().GetAwaiter().GetResult();
            if (snapshot.Schema.IndexOf(column) < 0 || snapshot.Schema.IndexOf("bbox") < 0)
                continue;
            foreach (var row in connection.Rows($"SELECT {SqlText.Name(column)}, min(bbox.xmin), min(bbox.ymin), max(bbox.xmax), max(bbox.ymax) FROM ({snapshot.ToSql()}) WHERE length({SqlText.Name(column)}) > 1 AND bbox IS NOT NULL GROUP BY 1"))
                gazetteer.Add((string)row[0]!, method, (double)row[1]!, (double)row[2]!, (double)row[3]!, (double)row[4]!);
        }
        return gazetteer;
    }

    public void Add(string name, string method, double xmin, double ymin, double xmax, double ymax)
    {
        name = name.Trim().ToUpperInvariant();
        if (name.Length < 2)
            return;
        var (width, height) = ((xmax - xmin) * MetresPerDegree * Math.Cos((ymin + ymax) / 2 * Math.PI / 180), (ymax - ymin) * MetresPerDegree);
        var place = new Place(name, method, (xmin + xmax) / 2, (ymin + ymax) / 2, Math.Max(20, Math.Sqrt(width * width + height * height) / 2));
        if (!_places.TryGetValue(Key(name[0], name[1]), out var places))
            _places.Add(Key(name[0], name[1]), places = []);
        places.Add(place);
        _found.Clear();
        Count++;
    }

    /// <summary>The most exact place that the text names, or null. One thread at a time.</summary>
    public Place? Find(string address)
    {
        if (Count == 0)
            return null;
        if (_found.TryGetValue(address, out var known))
            return known;
        if (_found.Count == Remembered)
            _found.Clear();
        return _found[address] = Search(address);
    }

    private static int Key(char first, char second) => (first << 16) | second;

    private Place? Search(string address)
    {
        Place? best = null;
        var text = address.ToUpperInvariant();
        for (var i = 0; i + 1 < text.Length; i++)
            if (_places.TryGetValue(Key(text[i], text[i + 1]), out var places))
                foreach (var place in places)
                    if ((best is null || place.AccuracyM < best.AccuracyM) && text.AsSpan(i).StartsWith(place.Name, StringComparison.Ordinal) && Ends(text, i, place.Name.Length))
                        best = place;
        return best;
    }

    /// <summary>A name in Latin letters is a whole word.</summary>
    private static bool Ends(string text, int at, int length) =>
        !(at > 0 && char.IsAsciiLetterOrDigit(text[at]) && char.IsAsciiLetterOrDigit(text[at - 1]))
        && !(at + length < text.Length && char.IsAsciiLetterOrDigit(text[at + length - 1]) && char.IsAsciiLetterOrDigit(text[at + length]));
}

/// <param name="AccuracyM">Half the place's extent, at least 20 m.</param>
internal sealed record Place(string Name, string Method, double Longitude, double Latitude, double AccuracyM)
{
    /// <summary>The point as rows have it, made once.</summary>
    public byte[] Geom { get; } = Wkb.Point(Longitude, Latitude);

    public object?[] Bbox { get; } = Wkb.Bbox(Longitude, Latitude, Longitude, Latitude);
}
