using System.Collections.Immutable;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse;

/// <summary>What most tests of tables start from.</summary>
internal static class Given
{
    public static readonly TableName Readings = new("sensor", "reading");

    public static readonly TableSchema IdAndName = new(new Column("id", DataType.Long, Nullable: false), new Column("name", DataType.String));

    public static Lake Lake(TemporaryFolder folder, TimeProvider? time = null) =>
        Plinth.Lakehouse.Lake.Open(new(folder["lake"]) { Time = time ?? TimeProvider.System, Sql = new() { Threads = 2, MemoryLimit = "1GB" } });

    public static Commit Rows(params object?[][] rows) => new() { Table = Readings, Schema = IdAndName, Rows = new RowSource.Values(rows) };

    public static object?[] Row(long id, string? name = "n") => [id, name];

    public static IReadOnlyList<object?[]> Select(this Lake lake, Snapshot snapshot, string columns = "*", string rest = "ORDER BY ALL")
    {
        using var database = lake.OpenSql();
        using var connection = database.Connect();
        return connection.Rows($"SELECT {columns} FROM ({snapshot.ToSql()}) {rest}");
    }

    public static async Task<long[]> IdsAsync(this Lake lake, TableVersion at = default) =>
        [.. lake.Select(await lake.ReadAsync(Readings, at), "id").Select(row => (long)row[0]!)];

    public static async Task<long> CommitRowsAsync(this Lake lake, params object?[][] rows) => (await lake.CommitAsync(Rows(rows))).RequireVersion(Readings);
}
