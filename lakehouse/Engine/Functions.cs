namespace Plinth.Lakehouse.Engine;

/// <summary>A C# function of SQL. Called from DuckDB's own threads with up to 2,048 rows: keep it free of shared state that changes.</summary>
/// <param name="Body">Fills one result per row. Rows in which any argument is NULL become NULL by themselves: skip them (<see cref="FunctionInput.IsNull"/>).</param>
public sealed record ScalarFunction(string Name, IReadOnlyList<SqlType> Parameters, SqlType Returns, ScalarBody Body)
{
    /// <summary>Gives other results for equal arguments (never folded or shared).</summary>
    public bool Volatile { get; init; }
}

/// <summary>Computes a function for all rows of <paramref name="input"/>. An exception becomes the statement's error, with its message.</summary>
public delegate void ScalarBody(FunctionInput input, VectorWriter output);

/// <summary>The arguments of one call.</summary>
public readonly ref struct FunctionInput
{
    /// <summary>Rows in this call.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>Argument <paramref name="index"/>, from 0.</summary>
    public Vector this[int index] => throw new NotImplementedException();

    /// <summary>Whether any argument of the row is NULL.</summary>
    public bool IsNull(int row) => throw new NotImplementedException();
}

/// <summary>Where results go.</summary>
public readonly ref struct VectorWriter
{
    /// <summary>The values in place, for fixed-width types.</summary>
    public Span<T> Values<T>() where T : unmanaged => throw new NotImplementedException();

    /// <summary>Makes a row NULL.</summary>
    public void SetNull(int row) => throw new NotImplementedException();

    /// <summary>Sets a VARCHAR (UTF-8), BLOB or GEOMETRY (little-endian WKB).</summary>
    public void SetBytes(int row, ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}

/// <summary>A C# source of rows for FROM.</summary>
/// <param name="Columns">What it gives.</param>
/// <param name="Rows">Called once a query with the arguments' values.</param>
public sealed record TableFunction(string Name, IReadOnlyList<SqlType> Parameters, IReadOnlyList<(string Name, SqlType Type)> Columns,
    Func<IReadOnlyList<object?>, IEnumerable<object?[]>> Rows);

/// <summary>Bulk loading. Dispose flushes; an error names the row.</summary>
public sealed class Appender : IDisposable
{
    /// <summary>Adds a row of CLR values in the table's column order (see <see cref="DataType"/>).</summary>
    public void AddRow(params ReadOnlySpan<object?> values) => throw new NotImplementedException();

    /// <summary>Hands everything to the table.</summary>
    public void Flush() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
