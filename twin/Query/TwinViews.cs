using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Derivation;
using Plinth.Twin.Model;

namespace Plinth.Twin.Query;

/// <summary>The twin on a SQL connection: views of its tables where there are none, functions, macros.</summary>
internal static class TwinViews
{
    private const string Existing = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'twin'";

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
