namespace Plinth.Lakehouse.Engine;

/// <summary>A column of a result: its name and DuckDB's name of its type, e.g. <c>VARCHAR</c>, <c>STRUCT(a INTEGER)</c>.</summary>
public sealed record SqlColumn(string Name, string Type, SqlType Kind);

/// <summary>DuckDB's types that C# functions and vectors know by name.</summary>
public enum SqlType
{
    /// <summary>Not one of the others (nested types among them).</summary>
    Other,
    /// <summary>BOOLEAN, 1 byte.</summary>
    Boolean,
    /// <summary>TINYINT.</summary>
    TinyInt,
    /// <summary>SMALLINT.</summary>
    SmallInt,
    /// <summary>INTEGER.</summary>
    Integer,
    /// <summary>BIGINT.</summary>
    BigInt,
    /// <summary>FLOAT.</summary>
    Float,
    /// <summary>DOUBLE.</summary>
    Double,
    /// <summary>VARCHAR, UTF-8.</summary>
    Varchar,
    /// <summary>BLOB.</summary>
    Blob,
    /// <summary>DATE, days since 1970 as int.</summary>
    Date,
    /// <summary>TIMESTAMP, microseconds since 1970 as long, without zone.</summary>
    Timestamp,
    /// <summary>TIMESTAMP WITH TIME ZONE, microseconds since 1970 UTC as long.</summary>
    TimestampTz,
    /// <summary>GEOMETRY; the bytes are little-endian ISO WKB.</summary>
    Geometry,
}

/// <summary>A result that streams in chunks of up to 2,048 rows.</summary>
public sealed class SqlResult : IDisposable
{
    /// <summary>The result's columns.</summary>
    public IReadOnlyList<SqlColumn> Columns => throw new NotImplementedException();

    /// <summary>Goes to the next chunk; false after the last. The chunk before becomes invalid.</summary>
    public bool NextChunk() => throw new NotImplementedException();

    /// <summary>The current chunk.</summary>
    public DataChunk Chunk => throw new NotImplementedException();

    /// <summary>The remaining rows as CLR values (see <see cref="DataType"/>).</summary>
    public IEnumerable<object?[]> Rows() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}

/// <summary>Up to 2,048 rows, column by column. Valid until the next one is fetched.</summary>
public readonly ref struct DataChunk
{
    /// <summary>Rows in it.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>Column <paramref name="column"/>, from 0.</summary>
    public Vector this[int column] => throw new NotImplementedException();
}

/// <summary>One column of a chunk.</summary>
public readonly ref struct Vector
{
    /// <summary>Its type.</summary>
    public SqlType Kind => throw new NotImplementedException();

    /// <summary>Whether the value in <paramref name="row"/> is NULL; the value's bytes are then garbage.</summary>
    public bool IsNull(int row) => throw new NotImplementedException();

    /// <summary>The values in place.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not how this column is stored (e.g. a DECIMAL read as double).</exception>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged => throw new NotImplementedException();

    /// <summary>The bytes of a VARCHAR, BLOB or GEOMETRY in place.</summary>
    public ReadOnlySpan<byte> Bytes(int row) => throw new NotImplementedException();

    /// <summary>A CLR value for any type, nested ones included; null for NULL.</summary>
    public object? Value(int row) => throw new NotImplementedException();
}
