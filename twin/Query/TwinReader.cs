using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Model;

namespace Plinth.Twin.Query;

/// <summary>Reads the newest versions of the twin's tables. A new version gets a database of its own; the old one ends with its last reader.</summary>
internal sealed class TwinReader(CityCatalog catalog, long mostRowsInMemory) : IDisposable
{
    private readonly Lock _lock = new();
    private Generation? _current;

    public T Read<T>(Func<SqlConnection, T> query)
    {
        var generation = Enter();
        try
        {
            return generation.Database.Read(query);
        }
        finally
        {
            Leave(generation);
        }
    }

    public void Read(Action<SqlConnection> query) => Read(connection =>
    {
        query(connection);
        return true;
    });

    public void Dispose()
    {
        lock (_lock)
        {
            if (_current is { } last)
                Release(last);
            _current = null;
        }
    }

    private Generation Enter()
    {
        var snapshots = TwinTables.All.Where(catalog.Lake.Exists).Select(t => catalog.Lake.ReadAsync(t).AsTask().GetAwaiter().GetResult()).ToList();
        var versions = string.Join(',', snapshots.Select(s => $"{s.Table}@{s.Version}"));
        lock (_lock)
        {
            if (_current is null || _current.Versions != versions)
            {
                var next = new Generation(versions, new(catalog, snapshots, mostRowsInMemory));
                if (_current is { } old)
                    Release(old);
                _current = next;
            }
            _current.Readers++;
            return _current;
        }
    }

    private void Leave(Generation generation)
    {
        lock (_lock)
            Release(generation);
    }

    /// <summary>Under the lock. The current generation counts as one reader of its own.</summary>
    private static void Release(Generation generation)
    {
        if (--generation.Readers == 0)
            generation.Database.Dispose();
    }

    private sealed class Generation(string versions, TwinDatabase database)
    {
        public string Versions { get; } = versions;

        public TwinDatabase Database { get; } = database;

        public int Readers { get; set; } = 1;
    }
}
