using Microsoft.Data.Sqlite;

namespace Plinth.Catalog.Control;

/// <summary>The catalog's part of the control store: <c>&lt;lake&gt;/control/plinth.db</c>. One short connection a call, so that processes share it.</summary>
internal sealed class ControlStore
{
    private readonly string _connection;
    private readonly Lock _once = new();
    private bool _ready;

    public ControlStore(string folder)
    {
        Folder = folder;
        _connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(folder, "plinth.db"), Mode = SqliteOpenMode.ReadWriteCreate, ForeignKeys = true, DefaultTimeout = 30, Pooling = false,
        }.ToString();
    }

    public string Folder { get; }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var connection = Open();
        return Query(connection, null, sql, read, values);
    }

    /// <summary>One writer at a time: what <paramref name="work"/> reads is still so when it writes.</summary>
    public T Write<T>(Func<ControlTransaction, T> work)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = work(new(connection, transaction));
        transaction.Commit();
        return result;
    }

    internal static List<T> Query<T>(SqliteConnection connection, SqliteTransaction? transaction, string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var command = Command(connection, transaction, sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    internal static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string sql, params ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", values[i] ?? DBNull.Value);
        return command;
    }

    private SqliteConnection Open()
    {
        lock (_once)
        {
            if (!_ready)
                Directory.CreateDirectory(Folder);
            var connection = new SqliteConnection(_connection);
            connection.Open();
            Run(connection, "PRAGMA busy_timeout = 30000");
            if (!_ready)
            {
                Run(connection, "PRAGMA journal_mode = WAL");
                Migrations.Apply(connection);
                _ready = true;
            }
            return connection;
        }
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, null, sql);
        command.ExecuteNonQuery();
    }
}

/// <summary>Reading and writing under the store's one write lock.</summary>
internal readonly struct ControlTransaction(SqliteConnection connection, SqliteTransaction transaction)
{
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values) =>
        ControlStore.Query(connection, transaction, sql, read, values);

    public int Execute(string sql, params ReadOnlySpan<object?> values)
    {
        using var command = ControlStore.Command(connection, transaction, sql, values);
        return command.ExecuteNonQuery();
    }
}
