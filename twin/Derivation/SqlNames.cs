using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Derivation;

/// <summary>The few statements that name a table which is known at run time only. Names come from contracts and pass the quoting here; values never enter.</summary>
internal static class SqlNames
{
    /// <summary>Names of the two columns that say with which version a row came, and when. The twin's own tables have columns of the usual names already.</summary>
    private static (string Version, string Time) Marks(TableName table) => table.Schema == "twin" ? ("commit_version", "commit_time") : ("source_version", "recorded_at");

    public static string CreateLoaded(TableName table, TableSchema schema)
    {
        var name = SqlText.Name(SourceNames.Relation(table));
        var (version, time) = Marks(table);
        var columns = string.Join(", ", schema.Columns.Select(c => SqlText.Name(c.Name) + " " + SqlText.Type(c.Type)));
        return string.Join('\n',
            "CREATE OR REPLACE TABLE loaded." + name + " (" + columns + ", " + version + " BIGINT, " + time + " TIMESTAMPTZ);",
            "CREATE OR REPLACE VIEW fresh." + name + " AS SELECT l.* FROM loaded." + name + " l, fresh.batch b WHERE l." + version + " > b.after AND l." + version + " <= b.upto");
    }

    public static string InsertLoaded(TableName table, Snapshot rows)
    {
        var (version, time) = Marks(table);
        return "INSERT INTO loaded." + SqlText.Name(SourceNames.Relation(table)) + " BY NAME SELECT *, $1::BIGINT AS " + version + ", $2::TIMESTAMPTZ AS " + time + " FROM (" + rows.ToSql() + ")";
    }

    /// <summary>An empty relation with a table's columns, where the table does not exist yet.</summary>
    public static string CreateEmptyView(TableName table, TableSchema schema) =>
        "CREATE SCHEMA IF NOT EXISTS " + SqlText.Name(table.Schema) + "; CREATE OR REPLACE VIEW " + SqlText.Name(table.Schema) + "." + SqlText.Name(table.Name)
        + " AS " + NoRows(schema);

    /// <summary>No rows, with a table's columns.</summary>
    public static string NoRows(TableSchema schema) =>
        "SELECT " + string.Join(", ", schema.Columns.Select(c => "NULL::" + SqlText.Type(c.Type) + " AS " + SqlText.Name(c.Name))) + " WHERE false";
}
