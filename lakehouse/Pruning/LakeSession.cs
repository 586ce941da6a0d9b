using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Pruning;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse;

/// <summary>What a query reads of one table.</summary>
/// <param name="Filter">The conditions that the files were held against; "true" where none of the query's could be.</param>
/// <param name="Rows">Rows in the kept files, where the log knows.</param>
public sealed record ScanReport(TableName Table, long Version, int FilesKept, int Files, long BytesKept, long? Rows, string Filter);

/// <summary>
/// Versions of tables as views <c>schema.table</c> in a database of their own, of which each query is given only the files that can hold rows for it, by partition
/// values and statistics. One thread uses it at a time.
/// </summary>
/// <remarks>
/// The engine itself plans the query first, over empty stand-ins: what its optimizer asks of each table's rows – through joins, views and macros – is held against what
/// the log says of each file. Functions, macros and views may be added on <see cref="Connection"/>; rows are read through <see cref="Prepare"/> alone, a query past it fails.
/// </remarks>
public sealed class LakeSession : IDisposable
{
    private const string Stand = "plinth_plan";

    /// <summary>These conclude from a table's statistics, or read it twice: a stand-in without rows would mislead them.</summary>
    private const string Misled = "statistics_propagation,empty_result_pullup,late_materialization";

    private const string AllOptimizers = "SET disabled_optimizers = ''";

    private readonly SqlDatabase _database;
    private readonly Dictionary<string, (TableName Name, Snapshot Snapshot)> _tables = new(StringComparer.Ordinal);

    private LakeSession(SqlDatabase database)
    {
        _database = database;
        Connection = database.Connect();
        Connection.Execute($"CREATE SCHEMA {Stand}");
    }

    /// <summary>A session without tables, with the lake's limits unless <paramref name="options"/> gives others.</summary>
    public static LakeSession Open(Lake lake, SqlOptions? options = null) => new(lake.OpenSql(options));

    /// <summary>For functions, macros and views; and for the query after <see cref="Prepare"/>.</summary>
    public SqlConnection Connection { get; }

    /// <summary>Makes a version of a table the view <c>schema.table</c>, under its own name or another one (a table of somebody else's folder, a second version).</summary>
    public void Add(Snapshot snapshot, TableName? name = null)
    {
        var known = name ?? TableName.Parse(snapshot.Table);
        var columns = snapshot.Schema.Columns.Select(c => $"{SqlText.Name(c.Name)} {(c.Type is DataType.Primitive { Name: "void" } ? "INTEGER" : SqlText.Type(c.Type))}");
        Connection.Execute($"CREATE SCHEMA IF NOT EXISTS {SqlText.Name(known.Schema)}");
        Connection.Execute($"CREATE TABLE {StandIn(known.ToString())} ({string.Join(", ", columns)})");
        // Each value is the refusal itself: of a constant the optimizer might conclude that no row is asked for, and then nothing would be refused.
        var refusal = $"error({SqlText.Literal($"{known} is read through LakeSession.Prepare")})";
        var refused = snapshot.Schema.Columns.Select(c => $"CAST({refusal} AS {SqlText.Type(c.Type)}) AS {SqlText.Name(c.Name)}");
        Connection.Execute($"CREATE VIEW {ViewName(known)} AS SELECT {string.Join(", ", refused)} FROM (SELECT unnest(CAST({refusal} AS INTEGER[])))");
        _tables[known.ToString()] = (known, snapshot);
    }

    /// <summary>Plans a query and gives its tables the files it needs, until the result is disposed; meanwhile the query, and no other, is to be run on <see cref="Connection"/>.</summary>
    /// <exception cref="TableFormatException">A data file or deletion vector is missing or cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public PreparedQuery Prepare(string sql, CancellationToken cancellationToken = default)
    {
        Connection.Execute("BEGIN", null, cancellationToken);
        try
        {
            var scans = Plan(sql, cancellationToken);
            var reports = scans is null ? [.. _tables.Select(table => Give(table.Key, FileFilter.Anything))]
                : scans.GroupBy(scan => scan.Table, StringComparer.Ordinal).Select(table => Give(table.Key, FileFilter.Or(table.Select(scan => scan.Filter)))).ToList();
            return new(Connection, reports);
        }
        catch
        {
            GiveUp();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Connection.Dispose();
        _database.Dispose();
    }

    /// <summary>What the query asks of each table; null where the engine cannot tell, so that every table is given whole.</summary>
    private List<PlannedScan>? Plan(string sql, CancellationToken cancellationToken)
    {
        foreach (var (key, (name, _)) in _tables)
            Connection.Execute($"CREATE OR REPLACE VIEW {ViewName(name)} AS FROM {StandIn(key)}", null, cancellationToken);
        Connection.Execute($"SET disabled_optimizers = '{Misled}'", null, cancellationToken);
        try
        {
            var plan = Connection.Scalar<string>($"SELECT json_serialize_plan({SqlText.Literal(sql)}, optimize := true)", null, cancellationToken);
            Connection.Execute(AllOptimizers, null, cancellationToken);
            return plan is null ? null : PlanReader.Read(plan, Stand);
        }
        catch (SqlException)
        {
            GiveUp();
            Connection.Execute("BEGIN", null, cancellationToken);
            return null;
        }
    }

    /// <summary>A statement that failed or was interrupted has ended the transaction for good: only after the end of it can a setting be put back.</summary>
    private void GiveUp()
    {
        Connection.Execute("ROLLBACK", null, CancellationToken.None);
        Connection.Execute(AllOptimizers, null, CancellationToken.None);
    }

    private ScanReport Give(string table, FileFilter filter)
    {
        var (name, snapshot) = _tables[table];
        var kept = snapshot.Matching(filter);
        Connection.Execute($"CREATE OR REPLACE VIEW {ViewName(name)} AS {snapshot.ToSql(kept)}");
        var rows = kept.Select(Scan.Rows).ToList();
        return new(name, snapshot.Version, kept.Count, snapshot.State.Files.Count, kept.Sum(file => file.Size), rows.Contains(null) ? null : rows.Sum(), filter.ToString());
    }

    private static string StandIn(string table) => $"{Stand}.{SqlText.Name(table)}";

    private static string ViewName(TableName name) => $"{SqlText.Name(name.Schema)}.{SqlText.Name(name.Name)}";
}

/// <summary>A query whose tables hold the files it needs. Dispose it when its rows are read.</summary>
public sealed class PreparedQuery : IDisposable
{
    private readonly SqlConnection _connection;

    internal PreparedQuery(SqlConnection connection, IReadOnlyList<ScanReport> scans) => (_connection, Scans) = (connection, scans);

    /// <summary>The tables that are read, with the files kept of the files there.</summary>
    public IReadOnlyList<ScanReport> Scans { get; }

    /// <inheritdoc/>
    public void Dispose() => _connection.Execute("ROLLBACK");
}
