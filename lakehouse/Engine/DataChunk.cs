using System.Runtime.CompilerServices;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Up to 2,048 rows, column by column. Valid until the next one is fetched or the result disposed.</summary>
public readonly unsafe ref struct DataChunk
{
    private readonly nint chunk;
    private readonly ColumnType[] types;

    internal DataChunk(nint chunk, ColumnType[] types, int count)
    {
        this.chunk = chunk;
        this.types = types;
        Count = count;
    }

    /// <summary>Rows in it.</summary>
    public int Count { get; }

    /// <summary>Column <paramref name="column"/>, from 0.</summary>
    public Vector this[int column] => new(Capi.ChunkVector(chunk, (ulong)column), types[column], Count);
}

/// <summary>One column of a chunk.</summary>
public readonly unsafe ref struct Vector
{
    private readonly nint vector;
    private readonly byte* data;
    private readonly ulong* validity;
    private readonly ColumnType type;
    private readonly int count;

    internal Vector(nint vector, ColumnType type, int count)
    {
        this.vector = vector;
        this.type = type;
        this.count = count;
        data = Capi.VectorData(vector);
        validity = Capi.VectorValidity(vector);
    }

    /// <summary>Its type.</summary>
    public SqlType Kind => type.Kind;

    /// <summary>Whether the value in <paramref name="row"/> is NULL; the value's bytes are then garbage.</summary>
    public bool IsNull(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)count, nameof(row));
        return VectorValue.IsNull(validity, (uint)row);
    }

    /// <summary>The values in place; those of NULL rows are garbage.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not how this column is stored (e.g. a DECIMAL read as double).</exception>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged
    {
        Storage.Check<T>(type);
        return new(data, count);
    }

    /// <summary>The bytes of a VARCHAR, BLOB or GEOMETRY in place; none for NULL.</summary>
    /// <exception cref="InvalidOperationException">The column has another type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Bytes(int row)
    {
        if (!type.HasBytes)
            Storage.Throw<byte>(type);
        return IsNull(row) ? default : VectorValue.Bytes(data, (uint)row);
    }

    /// <summary>Whether every row holds the very same VARCHAR, BLOB or GEOMETRY, as a literal in SQL does; false where that is not plain to see.</summary>
    public bool IsOneValue => type.HasBytes && validity == null && count > 0
        && (count == 1 || new ReadOnlySpan<byte>(data, 16 * (count - 1)).SequenceEqual(new ReadOnlySpan<byte>(data + 16, 16 * (count - 1))));

    /// <summary>A CLR value for any type, nested ones included; null for NULL.</summary>
    public object? Value(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)count, nameof(row));
        return VectorValue.Read(vector, data, validity, type, (uint)row);
    }

    /// <summary>The items of a list of BLOBs, in place; NULL items are left out.</summary>
    /// <exception cref="InvalidOperationException">The column has another type.</exception>
    public ListItems Items(int row)
    {
        if (Kind != SqlType.BlobList)
            Storage.Throw<byte[][]>(type);
        return new(vector, IsNull(row) ? default : ((ListEntry*)data)[row]);
    }
}

/// <summary>The items of one list.</summary>
public unsafe ref struct ListItems
{
    private readonly byte* data;
    private readonly ulong* validity;
    private readonly ulong end;
    private ulong next;

    internal ListItems(nint vector, ListEntry entry)
    {
        var child = Capi.ListChild(vector);
        data = Capi.VectorData(child);
        validity = Capi.VectorValidity(child);
        (next, end) = (entry.Offset, entry.Offset + entry.Length);
    }

    /// <summary>The item that <see cref="MoveNext"/> went to.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Goes to the next item.</summary>
    public bool MoveNext()
    {
        while (next < end && VectorValue.IsNull(validity, next))
            next++;
        if (next >= end)
            return false;
        Current = VectorValue.Bytes(data, next++);
        return true;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly ListItems GetEnumerator() => this;
}
