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
    internal static Ingestor Ingestor(CityCatalog catalog, string runId, string codeVersion, Func<IngestOptions, IngestOptions>? options = null) =>
        IngestSteps.Ingestor(catalog, runId, codeVersion, options);

    internal static IReadOnlyList<Pipeline> Pipelines(CityCatalog catalog, string samples) => CityPipelines.All(samples);

    /// <summary>A SQL session with what the reader may see, the <c>ST_*</c> functions and the twin's as-of views.</summary>
    /// <param name="release">Tables as that release names them; only the operator may name one, since grants fix their own versions.</param>
    /// <param name="limits">Threads and memory; null for the lake's.</param>
    internal static async Task<SqlSession> OpenSqlAsync(CityCatalog catalog, Principal reader, string purpose, long? release, SqlOptions? limits = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<Snapshot>? snapshots = null;
        if (release is { } number)
        {
            if (reader != Principal.Operator)
                throw new UsageException("--snapshot is for the operator; a grant fixes its own versions.");
            snapshots = await SnapshotsAsync(catalog.Lake, number, cancellationToken);
        }

        var passage = (await catalog.EnterAsync(reader, purpose, cancellationToken: cancellationToken)).Require();
        SqlSession session = reader == Principal.Operator ? new(LakeSession.Open(catalog.Lake, limits)) : new(catalog.Lake.OpenSql(limits));
        SpatialSql.Register(session.Connection);
        if (reader != Principal.Operator)
            passage.Seal(session.Connection);
        else if (snapshots is null)
            foreach (var table in passage.Tables)
                session.Add(await catalog.Lake.ReadAsync(table.Table, TableVersion.At(table.Version), cancellationToken));
        else
            foreach (var snapshot in snapshots)
                session.Add(snapshot);
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
internal sealed class SqlSession : IDisposable
{
    private readonly LakeSession? _lake;
    private readonly SqlDatabase? _database;

    /// <summary>The operator's: each query is given the files it needs.</summary>
    internal SqlSession(LakeSession lake) => (_lake, Connection) = (lake, lake.Connection);

    /// <summary>Another reader's: what the grants show is copied into it.</summary>
    internal SqlSession(SqlDatabase database) => (_database, Connection) = (database, database.Connect());

    internal SqlConnection Connection { get; }

    internal void Add(Snapshot snapshot) => _lake!.Add(snapshot);

    /// <summary>To be held while the query is run on <see cref="Connection"/>; null where nothing has to be.</summary>
    internal PreparedQuery? Prepare(string sql, CancellationToken cancellationToken = default) => _lake?.Prepare(sql, cancellationToken);

    /// <summary>All rows of a small result.</summary>
    internal IReadOnlyList<object?[]> Rows(string sql)
    {
        using var prepared = Prepare(sql);
        return Connection.Rows(sql);
    }

    public void Dispose()
    {
        _lake?.Dispose();
        if (_database is null)
            return;
        Connection.Dispose();
        _database.Dispose();
    }
}
