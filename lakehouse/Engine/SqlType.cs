namespace Plinth.Lakehouse.Engine;

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
    /// <summary>BLOB[]: as a parameter only; read with <see cref="Vector.Items"/>.</summary>
    BlobList,
}
