using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Photos;

/// <summary>Gives photographs in the lake the better pose that position files in it have for them, whichever came first.</summary>
/// <remarks>Looks at what is in the tables and not at what a run brought: safe to repeat, and a run that was killed before it leaves it to the next one.</remarks>
internal sealed class PoseLink(CityCatalog catalog, IngestOptions options)
{
    private const int AtOnce = 50_000;

    private static readonly TableName Photo = new("imagery", "photo");

    /// <summary>The folders in which photographs have got another pose or focal length.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        string[] sources = ["pose", "ground_control", "flight_log", "camera"];
        var tables = sources.ToDictionary(s => s, s => new TableName("imagery", s));
        if (!catalog.Lake.Exists(Photo) || !tables.Values.Any(catalog.Lake.Exists))
            return [];
        var snapshots = new Dictionary<string, Snapshot>(StringComparer.Ordinal);
        foreach (var (name, table) in tables)
            if (catalog.Lake.Exists(table) && await catalog.Lake.ReadAsync(table, cancellationToken: cancellationToken) is var read && read.Schema.IndexOf("folder") >= 0)
                snapshots[name] = read;
        var photos = await catalog.Lake.ReadAsync(Photo, cancellationToken: cancellationToken);
        var dataset = catalog.Datasets[Photo];
        if (dataset.Columns.Any(c => photos.Schema.IndexOf(c.Name) < 0))
            return []; // all its photographs are older than this
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        var book = PoseBook.Read((name, sql) => snapshots.TryGetValue(name, out var snapshot) ? connection.Rows(sql(snapshot.ToSql()), cancellationToken: cancellationToken) : []);
        if (book.IsEmpty)
            return [];
        var better = book.Match(connection.Rows(PoseSql.Photos(photos.ToSql()), cancellationToken: cancellationToken).Select(r =>
            new PlacedPhoto((string)r[0]!, (string)r[1]!, (string)r[2]!, r[3] as string, (bool)r[4]!, r[5] as string, r[6] as int? ?? 0, r[7] as int? ?? 0, r[8] as DateTime?)));
        var (folders, hash, folder) = (new SortedSet<string>(StringComparer.Ordinal), At("sha256"), At("folder"));
        foreach (var some in better.Keys.Order(StringComparer.Ordinal).Chunk(AtOnce))
        {
            var rows = connection.Rows(IngestSql.RowsOf(photos.ToSql(), dataset.Columns.Select(c => c.Name), "sha256", some), cancellationToken: cancellationToken)
                .Select(row => BetterPose.Apply(dataset, row, better[(string)row[hash]!].Pose, better[(string)row[hash]!].Focal)).ToList();
            (await catalog.Lake.Writer(Photo).MergeAsync(new()
            {
                Source = new RowSource.Values(rows), SourceSchema = dataset.ToSchema(), On = "target.photo_id = source.photo_id AND target.sha256 = source.sha256", Matched = [new MergeAction.Update()],
            }, new() { Lineage = new(Inputs(some.Select(s => better[s].Pose)), options.RunId, options.CodeVersion, Step: "pose-link") }, cancellationToken)).RequireVersion(Photo);
            folders.UnionWith(rows.Select(r => (string)r[folder]!));
        }
        return [.. folders];

        int At(string column) => Tabular.DatasetColumns.IndexOf(dataset, column);
    }

    private static System.Collections.Immutable.ImmutableArray<string> Inputs(IEnumerable<BetterPose?> poses) =>
        [.. poses.OfType<BetterPose>().Select(p => $"raw:{p.From[..(p.From.IndexOf('#') is >= 0 and var at ? at : p.From.Length)]}").Distinct().Order(StringComparer.Ordinal)];
}
