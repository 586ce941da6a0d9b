using Plinth.Catalog;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Derivation;
using Plinth.Twin.Query;

namespace Plinth.Twin;

/// <summary>One map of the city: entities with geometry, facts and relations, at any time of the world and of the system's knowledge.</summary>
/// <remarks>
/// Derived from the lake's tables by <see cref="DeriveAsync"/>, and read in C# here or in SQL after <see cref="RegisterViews"/>.
/// Every query sees the newest versions of the twin's tables. Safe to use from many threads.
/// </remarks>
public sealed class CityTwin : IDisposable
{
    private readonly CityCatalog _catalog;
    private readonly TwinReader _reader;

    private CityTwin(CityCatalog catalog, long mostRowsInMemory) => (_catalog, _reader) = (catalog, new TwinReader(catalog, mostRowsInMemory));

    /// <summary>Opens the twin of a lake; touches no table yet. Dispose it before the catalog.</summary>
    public static CityTwin Open(CityCatalog catalog) => Open(catalog, HeldFile.MostRowsInMemory);

    internal static CityTwin Open(CityCatalog catalog, long mostRowsInMemory)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog, mostRowsInMemory);
    }

    /// <summary>Derives what is new in the lake's tables. Safe to repeat: what was derived is left alone, what a killed run left undone is done.</summary>
    /// <param name="runId">Written into each row.</param>
    /// <param name="codeVersion">Kept in the commits' lineage.</param>
    /// <param name="progress">A line for each step that added rows.</param>
    /// <exception cref="Lakehouse.CommitFailedException">A commit met another writer's, or its outcome is not known: run it again.</exception>
    public Task<DeriveReport> DeriveAsync(string runId, string codeVersion, IProgress<string>? progress = null, CancellationToken ct = default) =>
        new Deriver(_catalog, runId, codeVersion, progress).RunAsync(ct);

    /// <summary>Makes the twin's macros on a connection: <c>twin.entity_at(valid, known)</c>, <c>twin.geometry_at</c>, <c>twin.claim_at</c>, <c>twin.fact_at</c>,
    /// <c>twin.relation_at</c>, <c>twin.diff(before, after, known_before, known_after)</c>, <c>twin.history(id)</c>, <c>twin.at_place(lon, lat, valid, known, metres)</c> and <c>what_was_here(lon, lat, day)</c>, and the <c>ST_*</c> functions.</summary>
    /// <remarks>The macros read the views <c>twin.*</c> of the connection, whatever version they show; those that are not there are made, of the newest versions.</remarks>
    public void RegisterViews(SqlConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        TwinViews.Register(_catalog, connection);
    }

    /// <summary>All that is held of an entity, or null where nothing is at that time.</summary>
    public EntityCard? Entity(string id, TwinTime at = default) => _reader.Read(c => CardReader.Entity(c, id, at));

    /// <summary>What the sources say of an entity's property (null: of all of them): the candidates that a fact was chosen among.</summary>
    public IReadOnlyList<EntityClaim> Claims(string id, string? property = null, TwinTime at = default) => _reader.Read(c => CardReader.Claims(c, id, property, at));

    /// <summary>Why a property is what it is: the fact of each stretch of time that is asked for, the rule that chose it, and each claim with what the rules made of it. Empty where nothing is held.</summary>
    public IReadOnlyList<FactReason> Why(string id, string property, TwinTime at = default) => _reader.Read(c => WhyReader.Of(c, id, property, at));

    /// <summary>Entities whose geometry contains the point, and those that are points within 25 m of it; nearest first.</summary>
    /// <param name="lon">OGC:CRS84, degrees.</param>
    /// <param name="lat">OGC:CRS84, degrees.</param>
    public IReadOnlyList<EntitySummary> At(double lon, double lat, TwinTime at = default) => _reader.Read(c => CardReader.At(c, lon, lat, at));

    /// <summary>How many entities there are of each type.</summary>
    public IReadOnlyList<(string Type, long Count)> Counts(TwinTime at = default) => _reader.Read(c => CardReader.Counts(c, at));

    /// <summary>What became different between two times: in the world (two <see cref="TwinTime.ValidAt"/>), or in what was known of it (two <see cref="TwinTime.KnownAt"/>).</summary>
    /// <param name="type">Entities of this type only.</param>
    /// <param name="within">Entities whose box has its middle there.</param>
    public IReadOnlyList<EntityChange> Diff(TwinTime before, TwinTime after, string? type = null, MapBox? within = null) => _reader.Read(c => ChangeReader.Diff(c, before, after, type, within));

    /// <summary>All that was ever recorded of an entity, in the order in which it became known; empty where nothing was.</summary>
    public IReadOnlyList<HistoryEntry> History(string id) => _reader.Read(c => ChangeReader.History(c, id));

    /// <summary>The map's layers.</summary>
    public IReadOnlyList<LayerInfo> Layers() => _reader.Read(LayerWriter.Infos);

    /// <summary>Writes a layer as a GeoJSON FeatureCollection in OGC:CRS84, feature by feature.</summary>
    /// <remarks>Each feature has its entity's id as <c>id</c>, and properties <c>entity_id, type, name, valid_from, valid_to</c> and a few facts.</remarks>
    /// <exception cref="ArgumentException">There is no such layer; the message lists them.</exception>
    public void WriteLayer(string layer, TwinTime at, Stream geoJson)
    {
        ArgumentNullException.ThrowIfNull(geoJson);
        var wanted = Layer.Named(layer);
        _reader.Read(c => LayerWriter.Write(c, wanted, at, geoJson));
    }

    /// <summary>Photos that see an entity, its walls up to its height included: those that show most of it first. Nothing hides anything; heights count from flat ground.</summary>
    public IReadOnlyList<PhotoSighting> PhotosOf(string entityId, TwinTime at = default) => _reader.Read(c => PhotoReader.Of(c, entityId, at));

    /// <summary>Photos that see a place, the finest first.</summary>
    /// <param name="height">Of the place over the ground, metres.</param>
    public IReadOnlyList<PhotoSighting> PhotosAt(double lon, double lat, double height = 0, TwinTime at = default) => _reader.Read(c => PhotoReader.At(c, lon, lat, height, at));

    /// <summary>Opens what a map is served from: tiles, TileJSON and pages of features of one release, the newest unless <paramref name="release"/> names another.</summary>
    /// <exception cref="ArgumentException">There is no such release.</exception>
    public Task<MapSnapshot> OpenMapAsync(long? release = null, CancellationToken ct = default) => MapSnapshot.OpenAsync(_catalog, release, ct);

    /// <summary>Writes a DuckDB database with views over one release, the as-of macros, and the map's layers as <c>map.&lt;layer&gt;</c>: any client of DuckDB opens it, without Plinth, where the
    /// lake's files lie at the same paths.</summary>
    /// <param name="file">A file that is not there yet.</param>
    /// <returns>The views.</returns>
    /// <exception cref="ArgumentException">There is no such release, or the file is there.</exception>
    public Task<IReadOnlyList<string>> WriteDuckDbAsync(string file, long? release = null, CancellationToken ct = default) => Export.DuckDbFile.WriteAsync(_catalog, file, release, ct);

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}
