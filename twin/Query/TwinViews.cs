using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Derivation;
using Plinth.Twin.Model;

namespace Plinth.Twin.Query;

/// <summary>The twin on a SQL connection: views of its tables where there are none, functions, macros.</summary>
internal static class TwinViews
{
    /// <summary>A table of up to so many rows is kept in memory, where a look-up is several times faster; a larger one is read where it lies.</summary>
    private const long MostRowsKept = 1_000_000;

    private const string Existing = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'twin'";

    /// <summary>Copies a table into the connection's database if it is small; says whether it did.</summary>
    public static bool Keep(SqlConnection connection, TableName table, Snapshot snapshot)
    {
        if (snapshot.Files.Sum(f => f.Rows ?? MostRowsKept) > MostRowsKept)
            return false;
        connection.Execute(SqlNames.CreateTable(table, snapshot));
        return true;
    }

    public static void Register(CityCatalog catalog, SqlConnection connection)
    {
        SpatialSql.Register(connection);
        var there = connection.Rows(Existing).Select(r => (string)r[0]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var snapshots = new List<Snapshot>();
        foreach (var table in TwinTables.All.Where(t => !there.Contains(t.Name)))
        {
            if (catalog.Lake.Exists(table))
                snapshots.Add(catalog.Lake.ReadAsync(table).AsTask().GetAwaiter().GetResult());
            else
                connection.Execute(SqlNames.CreateEmptyView(table, catalog.Datasets[table].ToSchema()));
        }
        if (snapshots.Count > 0)
            catalog.Lake.CreateViewsAsync(connection, snapshots).AsTask().GetAwaiter().GetResult();
        connection.Execute(AsOfSql.Known);
        connection.Execute(AsOfSql.Places);
        connection.Execute(HistorySql.Macros);
        connection.Execute(DiffSql.Macros);
        connection.Execute(ResponsibilitySql.Macros);
        // A macro's tables must be there when it is made; who may not see them has no macros of them either.
        if (connection.Scalar<long>(SeriesSql.TablesThere) == SeriesSql.Tables)
            connection.Execute(SeriesSql.Macros);
    }
}
