using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Limits of one in-process database.</summary>
public sealed record SqlOptions
{
    /// <value>The machine's cores.</value>
    public int? Threads { get; init; }

    /// <summary>As DuckDB writes it, e.g. <c>4GB</c>.</summary>
    /// <value>DuckDB's default, 80 % of memory.</value>
    public string? MemoryLimit { get; init; }

    /// <summary>A database file; null for one in memory.</summary>
    public string? File { get; init; }

    /// <summary>Opens <see cref="File"/> for reading only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Where spilled data go.</summary>
    public string? TemporaryFolder { get; init; }
}

/// <summary>One DuckDB database in this process. Time zone is UTC; no extension is ever loaded from outside by itself. Safe to use from many threads.</summary>
public sealed class SqlDatabase : IDisposable
{
    private readonly DatabaseHandle handle;
    private readonly SqlConnection housekeeping;
    private readonly Lock gate = new();
    private readonly Dictionary<string, SqlType> scalarFunctions = new(StringComparer.OrdinalIgnoreCase); // what each signature returns
    private readonly Dictionary<string, TableThunk.Slot> tableFunctions = new(StringComparer.OrdinalIgnoreCase);

    private SqlDatabase(DatabaseHandle handle)
    {
        this.handle = handle;
        housekeeping = Connect();
    }

    /// <summary>Opens a database.</summary>
    /// <exception cref="SqlException">An option is wrong, or the file cannot be opened.</exception>
    /// <exception cref="DllNotFoundException">DuckDB's library is not installed; the message says how to.</exception>
    public static SqlDatabase Open(SqlOptions? options = null)
    {
        options ??= new();
        NativeLibraryLocator.EnsureLoaded();
        var database = new SqlDatabase(OpenNative(options));
        try
        {
            // Options that belong to parts loaded with the database: they cannot be given when opening.
            database.housekeeping.Execute("SET GLOBAL TimeZone = 'UTC'; SET GLOBAL enable_geoparquet_conversion = false;");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>A connection; one thread uses it at a time.</summary>
    public SqlConnection Connect()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        return Capi.Connect(handle, out var connection) == Capi.Success
            ? new(this, new(connection))
            : throw new SqlException("DuckDB gave no connection.");
    }

    /// <inheritdoc/>
    /// <remarks>Connections still open keep working until they are disposed too.</remarks>
    public void Dispose()
    {
        lock (gate)
        {
            housekeeping?.Dispose();
            handle.Dispose();
        }
    }

    /// <summary>Registers on a connection of its own, so that it neither waits for nor rolls back with a caller's transaction.</summary>
    internal void Register(ScalarFunction function)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(handle.IsClosed, this);
            var signature = $"{function.Name}({string.Join(", ", function.Parameters)})";
            if (scalarFunctions.TryGetValue(signature, out var returns) && returns != function.Returns)
                throw new ArgumentException($"The function {signature} exists and returns {returns}: one that returns {function.Returns} cannot replace it, DuckDB would find each call ambiguous.", nameof(function));
            ScalarThunk.Register(housekeeping.Handle, function);
            scalarFunctions[signature] = function.Returns;
        }
    }

    /// <inheritdoc cref="Register(ScalarFunction)"/>
    internal void Register(TableFunction function)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(handle.IsClosed, this);
            TableThunk.Register(housekeeping.Handle, tableFunctions, function);
        }
    }

    private static DatabaseHandle OpenNative(SqlOptions options)
    {
        if (Capi.CreateConfig(out var config) != Capi.Success)
            throw new SqlException("DuckDB gave no configuration.");
        try
        {
            Set("autoinstall_known_extensions", "false");
            Set("autoload_known_extensions", "false");
            Set("threads", options.Threads?.ToString());
            Set("memory_limit", options.MemoryLimit);
            Set("temp_directory", options.TemporaryFolder);
            Set("access_mode", options.ReadOnly ? "READ_ONLY" : null);
            return Capi.OpenExt(options.File, out var database, config, out var error) == Capi.Success
                ? new(database)
                : throw new SqlException(Capi.TakeText(error));
        }
        finally
        {
            Capi.DestroyConfig(ref config);
        }

        void Set(string name, string? value)
        {
            if (value is not null && Capi.SetConfig(config, name, value) != Capi.Success)
                throw new SqlException($"DuckDB refuses the option {name} = '{value}'.");
        }
    }
}
