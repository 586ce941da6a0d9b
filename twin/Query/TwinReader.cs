using System.Collections.Concurrent;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Model;

namespace Plinth.Twin.Query;

/// <summary>Lends connections that see the newest versions of the twin's tables. A new version gets a database of its own; the old one ends with its last reader.</summary>
internal sealed class TwinReader(CityCatalog catalog) : IDisposable
{
    private readonly Lock _lock = new();
    private Generation? _current;

    public T Read<T>(Func<SqlConnection, T> query)
    {
        var generation = Enter();
        try
        {
            var connection = generation.Rent();
            try
            {
                return query(connection);
            }
            finally
            {
                generation.Return(connection);
            }
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
        var versions = Versions();
        lock (_lock)
        {
            if (_current is null || _current.Versions != versions)
            {
                var next = new Generation(catalog, versions);
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
            generation.Dispose();
    }

    private string Versions() => string.Join(',', TwinTables.All.Select(t => catalog.Lake.Exists(t) ? catalog.Lake.ReadAsync(t).AsTask().GetAwaiter().GetResult().Version : -1));

    private sealed class Generation : IDisposable
    {
        private readonly SqlDatabase _database;
        private readonly ConcurrentBag<SqlConnection> _idle = [];

        public Generation(CityCatalog catalog, string versions)
        {
            Versions = versions;
            _database = catalog.Lake.OpenSql();
            var first = _database.Connect();
            TwinViews.Keep(catalog, first);
            TwinViews.Register(catalog, first);
            _idle.Add(first);
        }

        public string Versions { get; }

        public int Readers { get; set; } = 1;

        public SqlConnection Rent() => _idle.TryTake(out var connection) ? connection : _database.Connect();

        public void Return(SqlConnection connection) => _idle.Add(connection);

        public void Dispose()
        {
            while (_idle.TryTake(out var connection))
                connection.Dispose();
            _database.Dispose();
        }
    }
}
