using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion.Hotline;

/// <summary>Names of places and where they are, out of the lake's base tables, built once a run: an address becomes a place.</summary>
/// <remarks>
/// The first of these that an address gives: <c>address</c>, a house number that the base knows on that street; <c>interpolated</c>, between two numbers of the street;
/// <c>street</c>, a point on it (a named place beside the street that the text names too is more exact and wins); <c>place</c>, a named building or point of interest;
/// <c>boundary</c>, the smallest community, district or other unit named. A unit that the text names tells streets of one name apart.
/// </remarks>
internal sealed class Gazetteer
{
    /// <summary>How far from its street a named place may be, in degrees (some 300 m).</summary>
    private const double Beside = 0.003;

    /// <summary>Addresses that are remembered; then all are forgotten.</summary>
    private const int Remembered = 1 << 16;

    private readonly Dictionary<string, Place?> _found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Name> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int[]> _lengths = [];
    private Dictionary<string, Name>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private bool _sealed;

    /// <summary>Names it knows.</summary>
    public int Count => _names.Count;

    public static Gazetteer Of(CityCatalog catalog)
    {
        var gazetteer = new Gazetteer();
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        foreach (var (name, sort) in new[] { ("base.road", Sort.Street), ("base.footprint", Sort.Place), ("base.poi", Sort.Place), ("base.admin_unit", Sort.Boundary) })
        {
            var table = TableName.Parse(name);
            if (!catalog.Lake.Exists(table))
                continue;
            var snapshot = catalog.Lake.ReadAsync(table).AsTask().GetAwaiter().GetResult();
            if (snapshot.Schema.IndexOf("name") < 0 || snapshot.Schema.IndexOf("bbox") < 0)
                continue;
            var address = snapshot.Schema.IndexOf("address") < 0 ? "NULL" : "address";
            var line = sort == Sort.Street && snapshot.Schema.IndexOf("geom") >= 0 ? "geom" : "NULL";
            foreach (var row in connection.Rows($"SELECT name, {address}, bbox.xmin, bbox.ymin, bbox.xmax, bbox.ymax, {line} FROM ({snapshot.ToSql()}) WHERE bbox IS NOT NULL AND (name IS NOT NULL OR {address} IS NOT NULL) ORDER BY 1, 2, 3, 4"))
            {
                var box = new Box((double)row[2]!, (double)row[3]!, (double)row[4]!, (double)row[5]!);
                if (row[0] is string named)
                    gazetteer.Add(named, sort, box, row[6] as byte[]);
                if (row[1] is string at)
                    gazetteer.AddAddress(at, box);
            }
        }
        gazetteer.Seal();
        return gazetteer;
    }

    /// <summary>Adds a name.</summary>
    /// <param name="line">Of a street: its line as well-known binary; without one its extent's middle stands for it.</param>
    public void Add(string name, Sort sort, Box box, byte[]? line = null)
    {
        if (Named(name) is not { } entry)
            return;
        if (sort == Sort.Street)
        {
            entry.Street ??= new();
            if (line is null || !entry.Street.AddLine(line))
                entry.Street.AddPoint(box.Middle);
            return;
        }
        if (sort == Sort.Boundary && Spoken(name) is { } spoken)
            Add(spoken, sort, box);
        var (middle, accuracy) = (box.Middle, Math.Max(20, box.DiagonalM / 2));
        var place = new Place(name, sort == Sort.Place ? "place" : "boundary", middle.X, middle.Y, accuracy);
        if (sort == Sort.Place)
            entry.Places.Add(place);
        else if (entry.Unit is null || accuracy < entry.Unit.AccuracyM)
            (entry.Unit, entry.UnitBox) = (place, box);
    }

    /// <summary>Adds an address point: of a building its middle, as exact as the building is large.</summary>
    public void AddAddress(string address, Box box)
    {
        if (HouseNumber.Cut(address) is (var street, var number) && Named(street) is { } entry)
            (entry.Street ??= new()).Add(number, box.Middle, Math.Max(10, box.DiagonalM / 2));
    }

    /// <summary>The place of an address, or null. One thread at a time.</summary>
    public Place? Find(string address)
    {
        if (!_sealed)
            Seal();
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
        Span<char> buffer = stackalloc char[AddressText.Longest];
        ReadOnlySpan<char> text = buffer[..AddressText.Normalise(address, buffer)];
        var found = new Found();
        for (var i = 0; i + 1 < text.Length; i++)
            if (_lengths.TryGetValue(Key(text[i], text[i + 1]), out var lengths) && IsStart(text, i))
                foreach (var length in lengths) // the longest first: of 建设北路 and 建设北 the whole name counts
                    if (i + length <= text.Length && IsEnd(text, i + length) && _lookup.TryGetValue(text.Slice(i, length), out var name))
                    {
                        found.See(name, i, length);
                        break;
                    }
        return found.Best(text);
    }

    /// <summary>Ends the adding.</summary>
    public void Seal()
    {
        foreach (var group in _names.Keys.GroupBy(n => Key(n[0], n[1])))
            _lengths[group.Key] = [.. group.Select(n => n.Length).Distinct().OrderDescending()];
        foreach (var name in _names.Values)
            name.Street?.Seal();
        _lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        _found.Clear();
        _sealed = true;
    }

    /// <summary>What people call a unit: of 新华街道 新华街, of 花城社区居民委员会 花城社区, of 三东村民委员会 三东村; null where it is the name itself.</summary>
    private static string? Spoken(string name) => name.Trim() switch
    {
        [.. var head, '街', '道'] when head.Length > 0 => $"{head}街",
        [.. var head, '居', '民', '委', '员', '会'] when head.Length > 0 => head,
        [.. var head, '民', '委', '员', '会'] when head is [_, .., '村'] => head,
        [.. var head, '居', '委', '会'] when head.Length > 0 => head,
        [.. var head, '委', '会'] when head is [_, .., '村'] => head,
        _ => null,
    };

    private Name? Named(string name)
    {
        _sealed = false;
        var normal = AddressText.Normalise(name);
        if (normal.Length < 2 || !normal.Any(char.IsLetter))
            return null;
        if (!_names.TryGetValue(normal, out var entry))
            _names.Add(normal, entry = new());
        return entry;
    }

    /// <summary>A name in Latin letters is whole words.</summary>
    private static bool IsStart(ReadOnlySpan<char> text, int at) => at == 0 || text[at - 1] == ' ' || AddressText.IsChinese(text[at - 1]) || AddressText.IsChinese(text[at]);

    private static bool IsEnd(ReadOnlySpan<char> text, int end) => end == text.Length || text[end] == ' ' || AddressText.IsChinese(text[end]) || AddressText.IsChinese(text[end - 1]);

    /// <summary>What a name may stand for.</summary>
    internal enum Sort { Street, Place, Boundary }

    private sealed class Name
    {
        public Street? Street;
        public Place? Unit;
        public Box UnitBox;
        public readonly List<Place> Places = [];
    }

    /// <summary>What a text names.</summary>
    private struct Found
    {
        private Name? _street, _place, _unit;
        private int _at, _length;

        public void See(Name name, int at, int length)
        {
            if (name.Street is not null && _street is null)
                (_street, _at, _length) = (name, at, length);
            if (name.Places.Count > 0 && (_place is null || name.Places[0].AccuracyM < _place.Places[0].AccuracyM))
                _place = name;
            if (name.Unit is not null && (_unit is null || name.Unit.AccuracyM < _unit.Unit!.AccuracyM))
                _unit = name;
        }

        public readonly Place? Best(ReadOnlySpan<char> text)
        {
            Box? within = _unit?.UnitBox;
            if (_street is { Street: { } street })
            {
                if (HouseNumber.Beside(text, _at, _length) is { Length: > 0 } number && street.At(number, within) is { } house)
                    return house;
                if (street.Middle(within) is { } middle)
                    return Nearest(within) is { } near && Box.Metres(new(near.Longitude, near.Latitude), new(middle.Longitude, middle.Latitude)) < middle.AccuracyM + Beside * 111_195 && near.AccuracyM < middle.AccuracyM
                        ? near : middle;
            }
            return Nearest(within) ?? _unit?.Unit;
        }

        /// <summary>The named place, in the named unit where several bear the name.</summary>
        private readonly Place? Nearest(Box? within) =>
            _place?.Places.Find(p => within is not { } box || box.Holds(new(p.Longitude, p.Latitude)));
    }
}

/// <param name="Method"><c>address, interpolated, street, place</c> or <c>boundary</c>.</param>
/// <param name="AccuracyM">How far off it may be: of an address 10 m or half the building, else half the extent of what is named, at least 20 m.</param>
internal sealed record Place(string Name, string Method, double Longitude, double Latitude, double AccuracyM)
{
    /// <summary>The point as rows have it, made once.</summary>
    public byte[] Geom { get; } = Wkb.Point(Longitude, Latitude);

    public object?[] Bbox { get; } = Wkb.Bbox(Longitude, Latitude, Longitude, Latitude);
}
