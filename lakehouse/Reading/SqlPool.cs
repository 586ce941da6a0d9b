using System.Collections.Concurrent;
using Plinth.Lakehouse.Engine;

namespace Plinth.Lakehouse.Reading;

/// <summary>Connections of the lake's own database: checkpoints, footers and data files are read and written with them.</summary>
internal sealed class SqlPool(SqlOptions options) : IDisposable
{
    private readonly Lazy<SqlDatabase> _database = new(() => Open(options with { File = null, ReadOnly = false }));
    private readonly ConcurrentBag<SqlConnection> _idle = [];

    /// <summary>A database as every reader of this lake's files needs it.</summary>
    public static SqlDatabase Open(SqlOptions options)
    {
        var database = SqlDatabase.Open(options);
        using var connection = database.Connect();
        // Geometry columns are binary in Delta; without this the engine would turn those that carry GeoParquet metadata into GEOMETRY.
        connection.Execute("SET GLOBAL enable_geoparquet_conversion = false");
        // Data files never change, so footers are read once.
        connection.Execute("SET GLOBAL parquet_metadata_cache = true");
        return database;
    }

    public Lease Rent() => new(this, _idle.TryTake(out var connection) ? connection : _database.Value.Connect());

    public void Dispose()
    {
        while (_idle.TryTake(out var connection))
            connection.Dispose();
        if (_database.IsValueCreated)
            _database.Value.Dispose();
    }

    internal readonly struct Lease(SqlPool pool, SqlConnection connection) : IDisposable
    {
        public SqlConnection Connection { get; } = connection;

        public void Dispose() => pool._idle.Add(Connection);
    }
}
