using System.Collections.Concurrent;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Twin.Model;
using Plinth.Twin.Query;
using Plinth.Twin.Tiles;

namespace Plinth.Twin;

/// <summary>What a map is served from: one release, so nothing of it ever changes, and what was once made may be kept for good.</summary>
/// <remarks>Safe to use from many threads. Dispose it when done, before the catalog.</remarks>
public sealed class MapSnapshot : IDisposable
{
    /// <summary>A tile holds at most so many features, the largest; and at most so many bytes.</summary>
    public const int MostFeatures = 20_000, MostBytes = 2 << 20;

    private const int LayersKept = 24;

    private readonly TwinDatabase _database;
    private readonly ConcurrentDictionary<(string Layer, TwinTime At), Lazy<TileFeatures>> _layers = new();
    private readonly ConcurrentBag<TileEncoder> _encoders = [];

    private MapSnapshot(TwinDatabase database, Release release) => (_database, Release) = (database, release.Number);

    /// <summary>The release's number, which every answer and address carries.</summary>
    public long Release { get; }

    internal static async Task<MapSnapshot> OpenAsync(CityCatalog catalog, long? number, CancellationToken ct)
    {
        var release = await ReleaseAsync(catalog, number, ct);
        var snapshots = new List<Snapshot>();
        foreach (var table in TwinTables.All.Where(release.Versions.ContainsKey))
            snapshots.Add(await catalog.Lake.ReadAsync(table, TableVersion.At(release.Versions[table]), ct));
        return new(new(catalog, snapshots), release);
    }

    /// <summary>A release, the newest unless its number is given.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    internal static async Task<Release> ReleaseAsync(CityCatalog catalog, long? number, CancellationToken ct) => await catalog.Lake.ReadReleaseAsync(number, ct)
        ?? throw new ArgumentException($"There is no release{(number is { } n ? Text(n, " ") : "")}; the newest is {((await catalog.Lake.ReadReleaseAsync(cancellationToken: ct))?.Number is { } newest ? Text(newest) : "none: 'plinth lake release' makes one")}.", nameof(number));

    private static string Text(long number, string before = "") => before + number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The map's layers, with how many features each has.</summary>
    public IReadOnlyList<LayerInfo> Layers() => _database.Read(LayerWriter.Infos);

    /// <summary>A layer's vector tile (MVT 2.1; web mercator; 4096 units and a margin of 64); empty where it shows nothing.</summary>
    /// <remarks>
    /// Each feature has 53 bits of a hash of its entity's id as id, and <c>entity_id, type, name, valid_from, valid_to</c> and a few facts as properties. Polygons are valid, with
    /// their holes. Below zoom 14 lines are simplified by a quarter of a pixel, and polygons smaller than that squared are left out.
    /// </remarks>
    /// <param name="at">All that ever held, unless an instant is given: properties say when each did.</param>
    /// <exception cref="ArgumentException">There is no such layer or tile.</exception>
    public byte[] Tile(string layer, int zoom, int x, int y, TwinTime at = default)
    {
        TileGrid.Check(zoom, x, y);
        var wanted = Layer.Named(layer);
        if (zoom < wanted.LeastZoom)
            return [];
        var features = Features(wanted, at);
        var encoder = _encoders.TryTake(out var idle) ? idle : new();
        var tile = encoder.Encode(features, layer, zoom, x, y, MostFeatures, MostBytes);
        _encoders.Add(encoder);
        return tile;
    }

    /// <summary>A layer's TileJSON 3.0: where its tiles are, what they hold, which part of the world they cover.</summary>
    /// <param name="tiles">Address of a tile with <c>{z}</c>, <c>{x}</c> and <c>{y}</c>; <c>{snapshot}</c> and <c>{layer}</c> are filled in.</param>
    public byte[] TileJson(string layer, string tiles = "/tiles/{snapshot}/{layer}/{z}/{x}/{y}.mvt")
    {
        var wanted = Layer.Named(layer);
        return Tiles.TileJson.Write(wanted, Features(wanted, default), Release, tiles);
    }

    /// <summary>Tiles of a zoom in which a layer may show something; some of them may be empty.</summary>
    public IEnumerable<(int X, int Y)> TilesOf(string layer, int zoom, MapBox? within = null)
    {
        within?.Check();
        TileGrid.Check(zoom, 0, 0);
        return Features(Layer.Named(layer), default).TilesOf(zoom, within);
    }

    /// <summary>A page of a layer's features as GeoJSON, in the order of their ids.</summary>
    /// <exception cref="ArgumentException">There is no such layer, or the query says nothing that can be asked; the message says what.</exception>
    public ItemPage Items(string layer, ItemQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var wanted = Layer.Named(layer);
        return _database.Read(c => ItemReader.Page(c, wanted, query, Release));
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    private TileFeatures Features(Layer layer, TwinTime at)
    {
        if (_layers.Count > LayersKept)
            _layers.Clear();
        return _layers.GetOrAdd((layer.Name, at), _ => new(() => _database.Read(c => LayerFeatures.Load(c, layer, at)))).Value;
    }
}
