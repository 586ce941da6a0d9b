using Plinth.Lakehouse;

namespace Plinth.Twin.Derivation;

/// <summary>The few statements that name a table which is known at run time only. Names come from contracts and pass the quoting here; values never enter.</summary>
internal static class SqlNames
{
    public static string Quote(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    /// <summary>Names of the two columns that say with which version a row came, and when. The twin's own tables have columns of the usual names already.</summary>
    private static (string Version, string Time) Marks(TableName table) => table.Schema == "twin" ? ("commit_version", "commit_time") : ("source_version", "recorded_at");

    public static string CreateLoaded(TableName table, TableSchema schema)
    {
        var name = Quote(SourceNames.Relation(table));
        var (version, time) = Marks(table);
        var columns = string.Join(", ", schema.Columns.Select(c => Quote(c.Name) + " " + Type(c.Type)));
        return string.Join('\n',
            "CREATE OR REPLACE TABLE loaded." + name + " (" + columns + ", " + version + " BIGINT, " + time + " TIMESTAMPTZ);",
            "CREATE OR REPLACE VIEW fresh." + name + " AS SELECT l.* FROM loaded." + name + " l, fresh.batch b WHERE l." + version + " > b.after AND l." + version + " <= b.upto");
    }

    public static string InsertLoaded(TableName table, Snapshot rows)
    {
        var (version, time) = Marks(table);
        return "INSERT INTO loaded." + Quote(SourceNames.Relation(table)) + " BY NAME SELECT *, $1::BIGINT AS " + version + ", $2::TIMESTAMPTZ AS " + time + " FROM (" + rows.ToSql() + ")";
    }

    public static string CreateTable(TableName table, Snapshot rows) =>
        "CREATE TABLE " + Quote(table.Schema) + "." + Quote(table.Name) + " AS SELECT * FROM (" + rows.ToSql() + ")";

    /// <summary>An empty relation with a table's columns, where the table does not exist yet.</summary>
    public static string CreateEmptyView(TableName table, TableSchema schema) =>
        "CREATE SCHEMA IF NOT EXISTS " + Quote(table.Schema) + "; CREATE OR REPLACE VIEW " + Quote(table.Schema) + "." + Quote(table.Name)
        + " AS SELECT " + string.Join(", ", schema.Columns.Select(c => "NULL::" + Type(c.Type) + " AS " + Quote(c.Name))) + " WHERE false";

    private static string Type(DataType type) => type switch
    {
        DataType.Primitive p => p.Name switch
        {
            "string" => "VARCHAR",
            "long" => "BIGINT",
            "integer" => "INTEGER",
            "double" => "DOUBLE",
            "boolean" => "BOOLEAN",
            "binary" => "BLOB",
            "date" => "DATE",
            "timestamp" => "TIMESTAMPTZ",
            _ => throw new NotSupportedException($"The twin's sources have no column of type '{p.Name}'."),
        },
        DataType.Struct s => "STRUCT(" + string.Join(", ", s.Fields.Select(f => Quote(f.Name) + " " + Type(f.Type))) + ")",
        _ => throw new NotSupportedException($"The twin's sources have no column of type '{type}'."),
    };
}
