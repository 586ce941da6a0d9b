using Plinth.Catalog;
using Plinth.Ingestion;
using Plinth.Jobs;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Twin;

namespace Plinth.App;

/// <summary>Where the rooms are put together for a command.</summary>
internal static class Wiring
{
    internal static Ingestor Ingestor(CityCatalog catalog, string runId, string codeVersion) => IngestSteps.Ingestor(catalog, runId, codeVersion);

    internal static IReadOnlyList<Pipeline> Pipelines(CityCatalog catalog, string samples) => CityPipelines.All(samples);

    /// <summary>A SQL session with what the reader may see, the <c>ST_*</c> functions and the twin's as-of views.</summary>
    /// <param name="release">Tables as that release names them; only the operator may name one, since grants fix their own versions.</param>
    internal static async Task<SqlSession> OpenSqlAsync(CityCatalog catalog, Principal reader, string purpose, long? release, CancellationToken cancellationToken)
    {
        IReadOnlyList<Snapshot>? snapshots = null;
        if (release is { } number)
        {
            if (reader != Principal.Operator)
                throw new UsageException("--snapshot is for the operator; a grant fixes its own versions.");
            snapshots = await SnapshotsAsync(catalog.Lake, number, cancellationToken);
        }

        var passage = (await catalog.EnterAsync(reader, purpose, cancellationToken: cancellationToken)).Require();
        SqlSession session = new(catalog.Lake.OpenSql());
        SpatialSql.Register(session.Connection);
        if (reader != Principal.Operator)
            passage.Seal(session.Connection);
        else if (snapshots is null)
            passage.CreateViews(session.Connection);
        else
            await catalog.Lake.CreateViewsAsync(session.Connection, snapshots, cancellationToken);
        if (catalog.Lake.Exists(new("twin", "entity")) && (snapshots is not null || passage.Tables.Any(t => t.Table == new TableName("twin", "entity"))))
        {
            using var twin = CityTwin.Open(catalog);
            twin.RegisterViews(session.Connection);
        }

        return session;
    }

    private static async Task<IReadOnlyList<Snapshot>> SnapshotsAsync(Lake lake, long number, CancellationToken cancellationToken)
    {
        var release = await lake.ReadReleaseAsync(number, cancellationToken)
            ?? throw new UsageException($"there is no release {number}; the newest is {(await lake.ReadReleaseAsync(cancellationToken: cancellationToken))?.Number.ToString() ?? "none: 'plinth lake release' makes one"}.");
        List<Snapshot> snapshots = [];
        foreach (var (table, version) in release.Versions)
            snapshots.Add(await lake.ReadAsync(table, TableVersion.At(version), cancellationToken));
        return snapshots;
    }
}

/// <summary>A database of its own with one connection, gone together.</summary>
internal sealed class SqlSession(SqlDatabase database) : IDisposable
{
    internal SqlConnection Connection { get; } = database.Connect();

    public void Dispose()
    {
        Connection.Dispose();
        database.Dispose();
    }
}
