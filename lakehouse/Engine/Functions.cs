using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>A C# function of SQL. Called from DuckDB's own threads with up to 2,048 rows: keep it free of shared state that changes.</summary>
/// <param name="Body">Fills one result per row. Rows in which any argument is NULL become NULL by themselves: skip them (<see cref="FunctionInput.IsNull"/>).</param>
public sealed record ScalarFunction(string Name, IReadOnlyList<SqlType> Parameters, SqlType Returns, ScalarBody Body)
{
    /// <summary>Gives other results for equal arguments (never folded or shared).</summary>
    public bool Volatile { get; init; }

    /// <summary>Gives a list of rows with these fields for each row (<see cref="VectorWriter.SetRows"/>): <see cref="Returns"/> is then <see cref="SqlType.Other"/>.</summary>
    public IReadOnlyList<(string Name, SqlType Type)>? Fields { get; init; }
}

/// <summary>Computes a function for all rows of <paramref name="input"/>. An exception becomes the statement's error, with its message.</summary>
public delegate void ScalarBody(FunctionInput input, VectorWriter output);

/// <summary>A C# source of rows for FROM.</summary>
/// <param name="Columns">What it gives.</param>
/// <param name="Rows">Called once a query with the arguments' values; read by one thread at a time, and disposed when the query ends, early too.</param>
public sealed record TableFunction(string Name, IReadOnlyList<SqlType> Parameters, IReadOnlyList<(string Name, SqlType Type)> Columns,
    Func<IReadOnlyList<object?>, IEnumerable<object?[]>> Rows);

/// <summary>The arguments of one call.</summary>
public readonly unsafe ref struct FunctionInput
{
    private readonly nint chunk;
    private readonly ColumnType[] types;
    private readonly ulong* valid; // null: no NULL anywhere

    internal FunctionInput(nint chunk, ColumnType[] types, int count, ulong* valid)
    {
        this.chunk = chunk;
        this.types = types;
        this.valid = valid;
        Count = count;
    }

    /// <summary>Rows in this call.</summary>
    public int Count { get; }

    /// <summary>Argument <paramref name="index"/>, from 0.</summary>
    public Vector this[int index] => new(Capi.ChunkVector(chunk, (ulong)index), types[index], Count);

    /// <summary>Whether any argument of the row is NULL.</summary>
    public bool IsNull(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        return VectorValue.IsNull(valid, (uint)row);
    }
}

/// <summary>Where results go. Rows not set are 0, false or empty.</summary>
public readonly unsafe ref struct VectorWriter
{
    private readonly nint vector;
    private readonly byte* data;
    private readonly ulong** validity;
    private readonly ColumnType type;
    private readonly int count;

    internal VectorWriter(nint vector, byte* data, ulong** validity, ColumnType type, int count)
    {
        this.vector = vector;
        this.data = data;
        this.validity = validity;
        this.type = type;
        this.count = count;
    }

    /// <summary>The values in place, for fixed-width types.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not how the function's result is stored.</exception>
    public Span<T> Values<T>() where T : unmanaged
    {
        Storage.Check<T>(type);
        return new(data, count);
    }

    /// <summary>Makes a row NULL.</summary>
    public void SetNull(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)count, nameof(row));
        if (*validity == null)
            *validity = Writable(vector);
        (*validity)[row >> 6] &= ~(1ul << (row & 63));
    }

    /// <summary>Sets a VARCHAR (UTF-8), BLOB or GEOMETRY (little-endian WKB).</summary>
    /// <exception cref="InvalidOperationException">The function's result has another type.</exception>
    /// <exception cref="ArgumentException">A VARCHAR's bytes are not UTF-8.</exception>
    public void SetBytes(int row, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)count, nameof(row));
        if (!type.HasBytes)
            Storage.Throw<byte>(type);
        if (type.Id == TypeId.Varchar && !Utf8.IsValid(bytes))
            throw new ArgumentException("The bytes of a VARCHAR must be UTF-8.", nameof(bytes));
        ColumnFill.WriteBytes(vector, data, (uint)row, bytes);
    }

    /// <summary>Gives a row a list of so many rows, to be filled at once: the next call moves the memory.</summary>
    /// <exception cref="InvalidOperationException">The function gives no lists.</exception>
    public RowsWriter SetRows(int row, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)count, nameof(row));
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (type.Id != TypeId.List || type.Children[0].Id != TypeId.Struct)
            Storage.Throw<object?[]>(type);
        var first = Capi.ListSize(vector);
        if (Capi.ListReserve(vector, first + (ulong)length) != Capi.Success || Capi.ListSetSize(vector, first + (ulong)length) != Capi.Success)
            throw new SqlException("DuckDB has no room for the list.");
        ((ListEntry*)data)[row] = new(first, (ulong)length);
        return new(Capi.ListChild(vector), type.Children[0], (int)first, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static ulong* Writable(nint vector)
    {
        Capi.EnsureValidityWritable(vector);
        return Capi.VectorValidity(vector);
    }
}

/// <summary>The rows of one list in a function's result.</summary>
public readonly unsafe ref struct RowsWriter
{
    private readonly nint rows;
    private readonly ColumnType type;
    private readonly int first;
    private readonly int count;

    internal RowsWriter(nint rows, ColumnType type, int first, int count)
    {
        this.rows = rows;
        this.type = type;
        this.first = first;
        this.count = count;
    }

    /// <summary>The values of a field in place, for fixed-width types; they begin as what lay in memory: set each.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not how the field is stored.</exception>
    public Span<T> Values<T>(int field) where T : unmanaged
    {
        Storage.Check<T>(type.Children[field]);
        return new Span<T>(Capi.VectorData(Capi.StructChild(rows, (ulong)field)), first + count)[first..];
    }

    /// <summary>Sets a field that is a VARCHAR (UTF-8), BLOB or GEOMETRY (little-endian WKB).</summary>
    /// <exception cref="InvalidOperationException">The field has another type.</exception>
    public void SetBytes(int field, int row, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)count, nameof(row));
        if (!type.Children[field].HasBytes)
            Storage.Throw<byte>(type.Children[field]);
        if (type.Children[field].Id == TypeId.Varchar && !Utf8.IsValid(bytes))
            throw new ArgumentException("The bytes of a VARCHAR must be UTF-8.", nameof(bytes));
        var vector = Capi.StructChild(rows, (ulong)field);
        ColumnFill.WriteBytes(vector, Capi.VectorData(vector), (ulong)(first + row), bytes);
    }
}
