using System.Globalization;
using System.Numerics;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>One connection. Not safe for two threads at once, except <see cref="Interrupt"/>.</summary>
public sealed class SqlConnection : IDisposable
{
    private readonly SqlDatabase database;

    internal SqlConnection(SqlDatabase database, ConnectionHandle handle)
    {
        this.database = database;
        Handle = handle;
    }

    internal ConnectionHandle Handle { get; }

    /// <summary>The database it is of.</summary>
    public SqlDatabase Database => database;

    /// <summary>Statements started so far: a result that streams ends with the next one.</summary>
    internal long Started { get; private set; }

    /// <summary>Runs one or more statements and drops their results.</summary>
    /// <param name="parameters">Values for <c>$1, $2, …</c> (of the last statement).</param>
    /// <returns>Rows changed by the last statement.</returns>
    /// <exception cref="SqlException">DuckDB's message.</exception>
    /// <exception cref="ArgumentException">The parameters do not fit the statement.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the statement was interrupted.</exception>
    public unsafe long Execute(string sql, object?[]? parameters = null, CancellationToken cancellationToken = default)
    {
        using var result = Start(sql, parameters, streaming: false, cancellationToken);
        return (long)Capi.RowsChanged(result.Result);
    }

    /// <summary>Runs one statement; its result streams chunk by chunk, and ends early when this connection runs another statement.</summary>
    /// <inheritdoc cref="Execute"/>
    public SqlResult Query(string sql, object?[]? parameters = null, CancellationToken cancellationToken = default) =>
        new(this, Start(sql, parameters, streaming: true, cancellationToken), cancellationToken);

    /// <summary>All rows of a small result, as CLR values (see <see cref="DataType"/>).</summary>
    /// <inheritdoc cref="Execute"/>
    public IReadOnlyList<object?[]> Rows(string sql, object?[]? parameters = null, CancellationToken cancellationToken = default)
    {
        using var result = Query(sql, parameters, cancellationToken);
        return result.Rows().ToList();
    }

    /// <summary>The first column of the first row, or the default of <typeparamref name="T"/> when there is no row or it is NULL. Numbers are converted.</summary>
    /// <exception cref="InvalidCastException">The value is no <typeparamref name="T"/>.</exception>
    /// <exception cref="OverflowException">The number does not fit <typeparamref name="T"/>.</exception>
    /// <inheritdoc cref="Execute"/>
    public T? Scalar<T>(string sql, object?[]? parameters = null, CancellationToken cancellationToken = default)
    {
        using var result = Query(sql, parameters, cancellationToken);
        return result.NextChunk() && result.Chunk[0].Value(0) is { } value ? As<T>(value) : default;
    }

    /// <summary>Bulk loading into an existing table, the fastest way in.</summary>
    /// <exception cref="SqlException">No such table.</exception>
    public Appender Append(string? schema, string table)
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        return new(Handle, schema, table);
    }

    /// <summary>Makes a C# function callable in SQL, in this database's every connection; the same name and parameter types again replace it, other types stand beside it.</summary>
    /// <remarks>
    /// A builtin of the same name, parameter and return types gives way. A query under way keeps the body it began with.
    /// With several overloads an untyped <c>NULL</c> is ambiguous to DuckDB: write <c>NULL::BLOB</c>.
    /// </remarks>
    /// <exception cref="SqlException">DuckDB refused it.</exception>
    /// <exception cref="ArgumentException">The same name and parameters are registered with another return type.</exception>
    public void Register(ScalarFunction function)
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        database.Register(function);
    }

    /// <summary>Makes a C# row source callable in FROM; the same name and parameter types again replace it.</summary>
    /// <exception cref="SqlException">DuckDB refused it.</exception>
    /// <exception cref="ArgumentException">The name is taken with other parameters.</exception>
    public void Register(TableFunction function)
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        database.Register(function);
    }

    /// <summary>Stops the running statement from another thread: it throws <see cref="OperationCanceledException"/> there. Does nothing when none runs.</summary>
    public void Interrupt()
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        Capi.Interrupt(Handle);
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private ResultHandle Start(string sql, object?[]? parameters, bool streaming, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        if (sql.Contains('\0'))
            throw new ArgumentException("SQL text must not hold a NUL character; pass such text as a parameter.", nameof(sql));
        using var scope = InterruptScope.Start(Handle, cancellationToken);
        Started++;
        var result = new ResultHandle();
        try
        {
            Statements.Run(Handle, sql, parameters, streaming, result);
            return result;
        }
        catch (OperationCanceledException interrupted) when (cancellationToken.IsCancellationRequested)
        {
            result.Dispose();
            throw new OperationCanceledException("The statement was cancelled.", interrupted, cancellationToken);
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static T As<T>(object value)
    {
        if (value is T same)
            return same;
        var wanted = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        if (value is BigInteger whole)
            value = wanted == typeof(double) ? (double)whole : wanted == typeof(string) ? whole.ToString() : (object)(decimal)whole;
        else if (wanted == typeof(BigInteger) && value is decimal or long or int or ulong)
            return (T)(object)new BigInteger(Convert.ToDecimal(value, CultureInfo.InvariantCulture));
        if (wanted == typeof(DateTimeOffset) && value is DateTime { Kind: DateTimeKind.Utc } instant)
            return (T)(object)new DateTimeOffset(instant);
        if (value is not IConvertible || wanted == typeof(string))
            throw new InvalidCastException($"The query gives a {value.GetType().Name}, not a {wanted.Name}.");
        return (T)Convert.ChangeType(value, wanted, CultureInfo.InvariantCulture);
    }
}
