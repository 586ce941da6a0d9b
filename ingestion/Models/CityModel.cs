using System.Text.Encodings.Web;
using System.Text.Json;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Models;

/// <summary>Gathers the city objects of one file, and makes the rows of <c>model.asset</c> and <c>model.object</c> out of them.</summary>
internal sealed class CityModel(FileInput input, string? crs)
{
    private const int MaximumGenerations = 16;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, CityObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<CityObject>> _children = new(StringComparer.Ordinal);
    private readonly List<RejectedRow> _rejected = [];
    private readonly SortedSet<string> _lods = new(StringComparer.Ordinal);
    private readonly ModelAsset _asset = new(input, crs);
    private readonly HashSet<ulong> _seen = [];
    private int _unplaced;
    private long _count;

    /// <summary>Takes one object in, or rejects it with its id.</summary>
    public void Add(string id, JsonElement cityObject, CityVertices vertices, long? line = null)
    {
        string? fault;
        try
        {
            fault = Read(id, cityObject, vertices);
        }
        catch (InvalidOperationException)
        {
            fault = "one of its names holds half a surrogate pair";
        }
        if (fault is not null)
            Reject(line, "CityObjects", id, $"city object '{Extent.Shorten(id)}': {fault}");
    }

    public void Reject(long? line, string? column, string? value, string reason) => _rejected.Add(new(line, column, value, reason));

    public ReadResult Finish(string format, string? version, List<string> notes, long textureBytes)
    {
        if (crs is null)
            notes.Add("it names no CRS, so that its objects have no place; declare one in the contract");
        if (_unplaced > 0 && crs is not null)
            notes.Add($"{_unplaced} objects could not be brought from {Extent.Shorten(crs)} to longitude and latitude");
        _asset.Format = format;
        _asset.Version = version;
        _asset.TextureBytes = textureBytes;
        _asset.Lod = _lods.Count == 0 ? null : string.Join(", ", _lods);
        var rows = _objects.Values.Select(Row).ToList();
        _asset.Objects = _count;
        return new([_asset.ToTable(notes), new(new("model", "object"), rows)], _rejected);
    }

    /// <summary>What was gathered since the last time, as rows and rejections; it is then forgotten. For features, whose parents and parts come together.</summary>
    public List<ReadItem> Drain()
    {
        List<ReadItem> items = [.. _objects.Values.Select(o => ReadItem.Of(new("model", "object"), Row(o))), .. _rejected.Select(ReadItem.Of)];
        _objects.Clear();
        _children.Clear();
        _rejected.Clear();
        return items;
    }

    private string? Read(string id, JsonElement json, CityVertices vertices)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("type", out var typeText) || CityJsonPart.Text(typeText) is not { Length: > 0 } type)
            return "it has no type";
        if (!_seen.Add(Hash(id)))
            return "its id stands twice in the file; only the first was read";
        var (geometry, fault) = CityGeometry.Best(json, vertices);
        if (fault is not null)
        {
            _seen.Remove(Hash(id));
            return fault;
        }
        var parent = json.TryGetProperty("parents", out var parents) && parents.ValueKind == JsonValueKind.Array && parents.GetArrayLength() > 0 ? CityJsonPart.Text(parents[0]) : null;
        var attributes = json.TryGetProperty("attributes", out var values) && values.ValueKind == JsonValueKind.Object ? AttributesText(values) : null;
        var read = new CityObject(id, type, parent, attributes, geometry?.Lod);
        if (geometry is not null)
            Place(read, geometry);
        _objects.Add(id, read);
        _count++;
        if (parent is not null)
            (_children.TryGetValue(parent, out var siblings) ? siblings : _children[parent] = []).Add(read);
        return null;
    }

    /// <summary>FNV-1a of 64 bits: among ten million ids two are taken for one with a chance of three in a million.</summary>
    private static ulong Hash(string id)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in id)
            hash = unchecked((hash ^ letter) * 1099511628211UL);
        return hash;
    }

    private void Place(CityObject read, CityGeometry geometry)
    {
        if (geometry.Lod is not null)
            _lods.Add(geometry.Lod);
        foreach (var corner in geometry.Corners)
            _asset.Include(corner);
        _asset.Triangles += geometry.Triangles;
        if (Footprint.Heights(geometry) is var (ground, roof))
            (read.Ground, read.Roof) = (ground, roof);
        if (crs is null)
            return;
        foreach (var polygon in Footprint.Of(geometry))
        {
            var placed = new List<Position[]>(polygon.Count);
            foreach (var ring in polygon)
            {
                var positions = new Position[ring.Length];
                for (var i = 0; i < ring.Length; i++)
                    if (!Extent.ToCrs84(input.Coordinates, crs, ring[i].X, ring[i].Y, out positions[i]))
                    {
                        _unplaced++;
                        read.Footprint.Clear();
                        return;
                    }
                placed.Add(positions);
            }
            read.Footprint.Add(placed);
        }
    }

    private object?[] Row(CityObject o)
    {
        var (footprint, ground, roof) = (o.Footprint, o.Ground, o.Roof);
        if (ground is null && footprint.Count == 0)
        {
            // A parent without geometry of its own, as buildings of parts are, stands where its parts do.
            var parts = Descendants(o);
            footprint = Dissolve.Join([.. parts.SelectMany(p => p.Footprint)]);
            (ground, roof) = (parts.Min(p => p.Ground), parts.Max(p => p.Roof));
        }
        var short16 = input.Sha256[..16];
        return
        [
            $"urn:plinth:object:{short16}:{o.Id}", _asset.Id, o.Id, o.Type, o.Parent is null ? null : $"urn:plinth:object:{short16}:{o.Parent}", o.Lod, o.Attributes,
            roof - ground, ground, roof, crs, footprint.Count == 0 ? null : Wkb.MultiPolygon(footprint),
            Wkb.Bbox(footprint.SelectMany(polygon => polygon[0])), $"sha256:{input.Sha256}#{o.Id}",
        ];
    }

    private List<CityObject> Descendants(CityObject of)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { of.Id };
        var (all, generation) = (new List<CityObject>(), new List<CityObject> { of });
        for (var depth = 0; depth < MaximumGenerations && generation.Count > 0; depth++)
        {
            generation = [.. generation.SelectMany(o => _children.GetValueOrDefault(o.Id) ?? []).Where(o => seen.Add(o.Id))];
            all.AddRange(generation);
        }
        return all;
    }

    private static string? AttributesText(JsonElement values)
    {
        try
        {
            return JsonSerializer.Serialize(values, Compact);
        }
        catch (InvalidOperationException)
        {
            return null; // Half a surrogate pair somewhere inside: no text that could be stored.
        }
    }

    private sealed record CityObject(string Id, string Type, string? Parent, string? Attributes, string? Lod)
    {
        public List<List<Position[]>> Footprint { get; } = [];
        public double? Ground { get; set; }
        public double? Roof { get; set; }
    }
}
