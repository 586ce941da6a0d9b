using System.Collections.Immutable;

namespace Plinth.Lakehouse;

/// <summary>A column's type: the Delta protocol's set. Names in <see cref="ToString"/> are the protocol's.</summary>
/// <remarks>
/// CLR values that go with them in rows: <c>string, long, int, short, sbyte, float, double, bool, byte[]</c>;
/// date <see cref="DateOnly"/>; timestamp <see cref="DateTime"/> of kind UTC; timestamp_ntz <see cref="DateTime"/> of kind unspecified;
/// decimal <see cref="decimal"/>; struct <c>object?[]</c> in field order; array <c>IReadOnlyList&lt;object?&gt;</c>;
/// map <c>IReadOnlyDictionary&lt;object, object?&gt;</c>. SQL NULL is <see langword="null"/>.
/// </remarks>
public abstract record DataType
{
    private DataType() { }

    /// <summary>One of the protocol's primitive names: string, long, integer, short, byte, float, double, boolean, binary, date, timestamp, timestamp_ntz, void.</summary>
    public sealed record Primitive(string Name) : DataType
    {
        /// <inheritdoc/>
        public override string ToString() => Name;
    }

    /// <summary>A decimal of up to 38 digits.</summary>
    public sealed record Decimal(int Precision, int Scale) : DataType
    {
        /// <inheritdoc/>
        public override string ToString() => $"decimal({Precision},{Scale})";
    }

    /// <summary>Named fields.</summary>
    public sealed record Struct(ImmutableArray<Column> Fields) : DataType
    {
        /// <inheritdoc/>
        public override string ToString() => $"struct<{string.Join(',', Fields.Select(f => $"{f.Name}:{f.Type}"))}>";
    }

    /// <summary>A list of one type.</summary>
    public sealed record Array(DataType Element, bool ContainsNull = true) : DataType
    {
        /// <inheritdoc/>
        public override string ToString() => $"array<{Element}>";
    }

    /// <summary>Keys and values.</summary>
    public sealed record Map(DataType Key, DataType Value, bool ValueContainsNull = true) : DataType
    {
        /// <inheritdoc/>
        public override string ToString() => $"map<{Key},{Value}>";
    }

    /// <summary>UTF-8 text.</summary>
    public static readonly DataType String = new Primitive("string");
    /// <summary>64-bit integer.</summary>
    public static readonly DataType Long = new Primitive("long");
    /// <summary>32-bit integer.</summary>
    public static readonly DataType Integer = new Primitive("integer");
    /// <summary>16-bit integer.</summary>
    public static readonly DataType Short = new Primitive("short");
    /// <summary>8-bit signed integer.</summary>
    public static readonly DataType Byte = new Primitive("byte");
    /// <summary>32-bit floating point.</summary>
    public static readonly DataType Float = new Primitive("float");
    /// <summary>64-bit floating point.</summary>
    public static readonly DataType Double = new Primitive("double");
    /// <summary>True or false.</summary>
    public static readonly DataType Boolean = new Primitive("boolean");
    /// <summary>Bytes.</summary>
    public static readonly DataType Binary = new Primitive("binary");
    /// <summary>A calendar day.</summary>
    public static readonly DataType Date = new Primitive("date");
    /// <summary>An instant, UTC, microseconds.</summary>
    public static readonly DataType Timestamp = new Primitive("timestamp");
    /// <summary>A wall-clock time without zone, microseconds. Makes the table need the feature timestampNtz.</summary>
    public static readonly DataType TimestampNtz = new Primitive("timestamp_ntz");

    /// <summary>The plain struct that stands beside each geometry, so that every engine can prune by it (GeoParquet 1.1 covering).</summary>
    public static readonly DataType Bbox = new Struct(
    [
        new("xmin", Double), new("ymin", Double), new("xmax", Double), new("ymax", Double),
    ]);
}

/// <summary>One column of a table.</summary>
/// <param name="Name">Unique in its table without regard to case.</param>
/// <param name="Metadata">Kept in the table's schema, e.g. <c>plinth.unit</c>, <c>plinth.level</c>, <c>plinth.crs</c>.</param>
public sealed record Column(string Name, DataType Type, bool Nullable = true, ImmutableSortedDictionary<string, string>? Metadata = null);

/// <summary>The columns of a table, in order, and which of them partition it.</summary>
public sealed record TableSchema(ImmutableArray<Column> Columns, ImmutableArray<string> PartitionColumns)
{
    /// <summary>A schema without partitions.</summary>
    public TableSchema(params Column[] columns) : this([.. columns], []) { }

    /// <summary>Position of a column by its name without regard to case, or -1.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Columns.Length; i++)
            if (string.Equals(Columns[i].Name, name, StringComparison.OrdinalIgnoreCase))
                return i;
        return -1;
    }
}
