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

/// <summary>One DuckDB database in this process. Time zone is UTC; no extension is ever loaded from outside.</summary>
public sealed class SqlDatabase : IDisposable
{
    /// <summary>Opens a database.</summary>
    public static SqlDatabase Open(SqlOptions? options = null) => throw new NotImplementedException();

    /// <summary>A connection; one thread uses it at a time.</summary>
    public SqlConnection Connect() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}

/// <summary>One connection. Not safe for two threads at once, except <see cref="Interrupt"/>.</summary>
public sealed class SqlConnection : IDisposable
{
    /// <summary>Runs one or more statements and drops their results.</summary>
    /// <param name="parameters">Values for <c>$1, $2, …</c> (one statement only).</param>
    /// <returns>Rows changed by the last statement.</returns>
    /// <exception cref="SqlException">DuckDB's message.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the statement was interrupted.</exception>
    public long Execute(string sql, object?[]? parameters = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Runs one statement; its result streams chunk by chunk.</summary>
    public SqlResult Query(string sql, object?[]? parameters = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>All rows of a small result, as CLR values (see <see cref="DataType"/>).</summary>
    public IReadOnlyList<object?[]> Rows(string sql, object?[]? parameters = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The first column of the first row, or the default of <typeparamref name="T"/> when there is no row or it is NULL.</summary>
    public T? Scalar<T>(string sql, object?[]? parameters = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Bulk loading into an existing table, the fastest way in.</summary>
    public Appender Append(string? schema, string table) => throw new NotImplementedException();

    /// <summary>Makes a C# function callable in SQL, in this database's every connection; the same name and parameter types again replace it.</summary>
    public void Register(ScalarFunction function) => throw new NotImplementedException();

    /// <summary>Makes a C# row source callable in FROM.</summary>
    public void Register(TableFunction function) => throw new NotImplementedException();

    /// <summary>Stops the running statement from another thread.</summary>
    public void Interrupt() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
