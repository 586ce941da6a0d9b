using System.Collections.Immutable;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse.Operations;

/// <summary>A lake with one table, and a DuckDB table beside it that gets the same SQL.</summary>
public abstract class OperationTest : IDisposable
{
    private readonly SqlDatabase _database;

    protected OperationTest()
    {
        Lake = Given.Lake(Folder);
        Writer = Lake.Writer(Given.Readings);
        _database = Lake.OpenSql();
        Beside = _database.Connect();
    }

    /// <summary>Kinds of tables that every operation must serve.</summary>
    public static TheoryData<string, bool, bool> Kinds
    {
        get
        {
            var kinds = new TheoryData<string, bool, bool>();
            foreach (var kind in new[] { "plain", "partitioned", "nested", "mapped", "mapped partitioned" })
                foreach (var vectors in new[] { false, true })
                    kinds.Add(kind, vectors, kind is "plain" or "mapped partitioned" || !vectors);
            return kinds;
        }
    }

    internal static readonly DataType Point = new DataType.Struct([new("x", DataType.Double), new("label", DataType.String)]);

    internal TemporaryFolder Folder { get; } = new();

    protected Lake Lake { get; }

    protected TableWriter Writer { get; }

    /// <summary>Holds a table <c>t</c> that is changed by the same SQL.</summary>
    protected SqlConnection Beside { get; }

    internal string Table => Folder["lake", "tables", Given.Readings.Schema, Given.Readings.Name];

    /// <summary>Columns id, grp, value, and point in nested tables.</summary>
    protected async Task<TableSchema> MakeAsync(string kind, bool vectors = false, bool feed = false)
    {
        var columns = ImmutableArray.Create(new Column("id", DataType.Long, Nullable: false), new Column("grp", DataType.String), new Column("value", DataType.Double));
        if (kind == "nested")
            columns = columns.Add(new("point", Point)).Add(new("tags", new DataType.Array(DataType.String)));
        var schema = new TableSchema(columns, kind.Contains("partitioned", StringComparison.Ordinal) ? ["grp"] : []);
        var properties = ImmutableSortedDictionary<string, string>.Empty;
        if (vectors)
            properties = properties.Add("delta.enableDeletionVectors", "true");
        if (feed)
            properties = properties.Add("delta.enableChangeDataFeed", "true");
        (await Lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Properties = properties })).RequireVersion(Given.Readings);
        if (kind.StartsWith("mapped", StringComparison.Ordinal))
        {
            await Writer.RenameColumnAsync("value", "was");
            await Writer.RenameColumnAsync("was", "value");
            await Writer.DropColumnAsync("value");
            await Writer.AddColumnsAsync([new("value", DataType.Double)]); // and this one has a name of its own
        }
        Beside.Execute(kind == "nested"
            ? "CREATE TABLE t (id BIGINT, grp VARCHAR, \"value\" DOUBLE, point STRUCT(x DOUBLE, label VARCHAR), tags VARCHAR[])"
            : "CREATE TABLE t (id BIGINT, grp VARCHAR, \"value\" DOUBLE)");
        return schema;
    }

    protected async Task AppendAsync(TableSchema schema, params object?[][] rows)
    {
        (await Lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values(rows) })).Should().BeOfType<CommitOutcome.Committed>();
        using var appender = Beside.Append(null, "t");
        foreach (var row in rows)
            appender.AddRow(row);
    }

    protected static object?[] Row(long id, string? grp, double? value, bool nested) =>
        nested ? [id, grp, value, id % 5 == 0 ? null : new object?[] { value, $"l{id % 3}" }, id % 4 == 0 ? null : new object?[] { grp, null }] : [id, grp, value];

    /// <summary>The table and the one beside it hold the same rows.</summary>
    protected async Task AgreeAsync(string because = "")
    {
        using var probe = Lake.OpenSql();
        using var connection = probe.Connect();
        var here = Texts(connection, (await Lake.ReadAsync(Given.Readings)).ToSql());
        here.Should().Equal(Texts(Beside, "FROM t"), because);
    }

    protected static List<string> Texts(SqlConnection connection, string sql) =>
        [.. connection.Rows($"SELECT CAST(r AS VARCHAR) FROM ({sql}) AS r").Select(row => (string)row[0]!).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        Beside.Dispose();
        _database.Dispose();
        Lake.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
