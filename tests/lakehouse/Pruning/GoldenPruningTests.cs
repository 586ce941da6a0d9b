using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse.Pruning;

/// <summary>Statistics and partition values that others wrote never hide a row.</summary>
public sealed class GoldenPruningTests
{
    private static readonly TableName Name = new("golden", "table");
    private static readonly string[] Operators = ["=", "<", "<=", ">", ">=", "<>"];

    [Theory]
    [MemberData(nameof(GoldenTableTests.Tables), MemberType = typeof(GoldenTableTests))]
    public async Task Each_comparison_with_a_value_of_a_golden_table_gives_the_same_rows_from_fewer_files(string name)
    {
        var table = Golden.Open(name);
        if (table.MustFail)
            return; // refused by name: GoldenTableTests
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        var snapshot = await lake.ReadFolderAsync(table.Folder);
        using var session = LakeSession.Open(lake);
        session.Add(snapshot, Name);
        using var database = lake.OpenSql();
        using var whole = database.Connect();
        whole.Execute($"CREATE TABLE rows AS {snapshot.ToSql()}");
        foreach (var column in snapshot.Schema.Columns.SelectMany(c => Leaves(SqlText.Name(c.Name), c.Type)))
        {
            foreach (var value in whole.Rows($"SELECT DISTINCT {column.Sql}::VARCHAR FROM rows WHERE {column.Sql} IS NOT NULL USING SAMPLE reservoir(4 ROWS) REPEATABLE (7)").Select(row => (string)row[0]!))
                foreach (var comparison in Operators)
                    Check($"{column.Sql} {comparison} CAST({SqlText.Literal(value)} AS {column.Type})");
            Check($"{column.Sql} IS NULL");
            Check($"{column.Sql} IS NOT NULL");
        }

        void Check(string condition)
        {
            var sql = $"SELECT count(*) FROM golden.table WHERE {condition}";
            using var query = session.Prepare(sql);
            session.Connection.Scalar<long>(sql).Should().Be(whole.Scalar<long>($"SELECT count(*) FROM rows WHERE {condition}"), $"{name}: {condition}");
        }
    }

    private static IEnumerable<(string Sql, string Type)> Leaves(string path, DataType type) => type switch
    {
        DataType.Struct inner => inner.Fields.SelectMany(field => Leaves($"{path}.{SqlText.Name(field.Name)}", field.Type)),
        DataType.Array or DataType.Map or DataType.Primitive { Name: "void" or "binary" } => [],
        _ => [(path, SqlText.Type(type))],
    };
}
