using System.Collections.Concurrent;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Query;

/// <summary>A database that shows the twin's tables at fixed versions, with its macros, and lends connections to it.</summary>
internal sealed class TwinDatabase : IDisposable
{
    private readonly SqlDatabase _database;
    private readonly ConcurrentBag<SqlConnection> _idle = [];

    /// <param name="snapshots">Versions of the twin's tables; one that is missing is shown empty.</param>
    public TwinDatabase(CityCatalog catalog, IReadOnlyList<Snapshot> snapshots, long mostRowsInMemory = HeldFile.MostRowsInMemory)
    {
        _database = catalog.Lake.OpenSql();
        var first = _database.Connect();
        HeldFile.Open(catalog, first, snapshots, mostRowsInMemory);
        TwinViews.Register(catalog, first);
        _idle.Add(first);
    }

    public T Read<T>(Func<SqlConnection, T> query)
    {
        var connection = _idle.TryTake(out var idle) ? idle : _database.Connect();
        try
        {
            return query(connection);
        }
        finally
        {
            _idle.Add(connection);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var connection))
            connection.Dispose();
        _database.Dispose();
    }
}
