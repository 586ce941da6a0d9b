using System.Runtime.InteropServices;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>What reading and writing need to know of a DuckDB type, nested ones included. Made once a column.</summary>
internal sealed class ColumnType
{
    private ColumnType(TypeId id) => Id = id;

    public TypeId Id { get; }

    /// <summary>Fields of a STRUCT, members of a UNION, key and value of a MAP, the element of a LIST or ARRAY.</summary>
    public ColumnType[] Children { get; private init; } = [];

    /// <summary>Names of <see cref="Children"/> of a STRUCT or UNION.</summary>
    public string[] Names { get; private init; } = [];

    /// <summary>An ENUM's values.</summary>
    public string[] Labels { get; private init; } = [];

    /// <summary>How a DECIMAL or ENUM is stored.</summary>
    public TypeId Stored { get; private init; }

    /// <summary>Digits of a DECIMAL.</summary>
    public byte Width { get; private init; }

    /// <summary>Digits after a DECIMAL's point.</summary>
    public byte Scale { get; private init; }

    /// <summary>Elements of an ARRAY.</summary>
    public int Size { get; private init; }

    /// <summary>A user's name of the type (such as JSON), or a GEOMETRY's coordinate reference system.</summary>
    public string? Extra { get; private init; }

    /// <summary>Stored as <c>string_t</c> with plain bytes.</summary>
    public bool HasBytes => Id is TypeId.Varchar or TypeId.Blob or TypeId.Geometry;

    public SqlType Kind => Id switch
    {
        TypeId.Boolean => SqlType.Boolean,
        TypeId.TinyInt => SqlType.TinyInt,
        TypeId.SmallInt => SqlType.SmallInt,
        TypeId.Integer => SqlType.Integer,
        TypeId.BigInt => SqlType.BigInt,
        TypeId.Float => SqlType.Float,
        TypeId.Double => SqlType.Double,
        TypeId.Varchar => SqlType.Varchar,
        TypeId.Blob => SqlType.Blob,
        TypeId.Date => SqlType.Date,
        TypeId.Timestamp => SqlType.Timestamp,
        TypeId.TimestampTz => SqlType.TimestampTz,
        TypeId.Geometry => SqlType.Geometry,
        TypeId.List when Children[0].Id == TypeId.Blob => SqlType.BlobList,
        _ => SqlType.Other,
    };

    /// <summary>The type behind a face's name.</summary>
    public static ColumnType Of(SqlType kind) => kind == SqlType.BlobList ? new(TypeId.List) { Children = [Of(SqlType.Blob)] } : new(kind switch
    {
        SqlType.Boolean => TypeId.Boolean,
        SqlType.TinyInt => TypeId.TinyInt,
        SqlType.SmallInt => TypeId.SmallInt,
        SqlType.Integer => TypeId.Integer,
        SqlType.BigInt => TypeId.BigInt,
        SqlType.Float => TypeId.Float,
        SqlType.Double => TypeId.Double,
        SqlType.Varchar => TypeId.Varchar,
        SqlType.Blob => TypeId.Blob,
        SqlType.Date => TypeId.Date,
        SqlType.Timestamp => TypeId.Timestamp,
        SqlType.TimestampTz => TypeId.TimestampTz,
        SqlType.Geometry => TypeId.Geometry,
        _ => throw new ArgumentException($"A C# function cannot take or give '{kind}'.", nameof(kind)),
    });

    /// <summary>A list of rows of these fields.</summary>
    public static ColumnType RowsOf(IReadOnlyList<(string Name, SqlType Type)> fields) => new(TypeId.List)
    {
        Children = [new(TypeId.Struct) { Names = [.. fields.Select(f => f.Name)], Children = [.. fields.Select(f => Of(f.Type))] }],
    };

    /// <summary>Makes the logical type, to destroy: of a plain type, a LIST or a STRUCT.</summary>
    public unsafe nint Create()
    {
        if (Id is not (TypeId.List or TypeId.Struct))
            return Capi.CreateLogicalType(Id);
        var children = Array.ConvertAll(Children, c => c.Create());
        var names = Array.ConvertAll(Names, Marshal.StringToCoTaskMemUTF8);
        try
        {
            fixed (nint* types = children)
            fixed (nint* texts = names)
                return Id == TypeId.List ? Capi.CreateListType(children[0]) : Capi.CreateStructType(types, texts, (ulong)children.Length);
        }
        finally
        {
            foreach (var name in names)
                Marshal.FreeCoTaskMem(name);
            for (var i = 0; i < children.Length; i++)
                Capi.DestroyLogicalType(ref children[i]);
        }
    }

    /// <summary>Reads a logical type and destroys it.</summary>
    public static ColumnType Take(nint type)
    {
        try
        {
            return Read(type);
        }
        finally
        {
            Capi.DestroyLogicalType(ref type);
        }
    }

    /// <summary>Reads a logical type that stays its owner's.</summary>
    public static ColumnType Read(nint type)
    {
        var id = Capi.GetTypeId(type);
        var alias = Capi.TypeAlias(type);
        var extra = alias == 0 ? null : Capi.TakeText(alias);
        return id switch
        {
            TypeId.Decimal => new(id) { Extra = extra, Width = Capi.DecimalWidth(type), Scale = Capi.DecimalScale(type), Stored = Capi.DecimalInternalType(type) },
            TypeId.Enum => new(id) { Extra = extra, Stored = Capi.EnumInternalType(type), Labels = Each(Capi.EnumSize(type), i => Capi.TakeText(Capi.EnumValue(type, i))) },
            TypeId.List => new(id) { Extra = extra, Children = [Take(Capi.ListTypeChild(type))] },
            TypeId.Array => new(id) { Extra = extra, Children = [Take(Capi.ArrayTypeChild(type))], Size = checked((int)Capi.ArrayTypeSize(type)) },
            TypeId.Map => new(id) { Extra = extra, Children = [Take(Capi.MapTypeKey(type)), Take(Capi.MapTypeValue(type))] },
            TypeId.Struct => new(id)
            {
                Extra = extra,
                Names = Each(Capi.StructTypeCount(type), i => Capi.TakeText(Capi.StructTypeName(type, i))),
                Children = Each(Capi.StructTypeCount(type), i => Take(Capi.StructTypeChild(type, i))),
            },
            TypeId.Union => new(id)
            {
                Extra = extra,
                Names = Each(Capi.UnionTypeCount(type), i => Capi.TakeText(Capi.UnionTypeName(type, i))),
                Children = Each(Capi.UnionTypeCount(type), i => Take(Capi.UnionTypeMember(type, i))),
            },
            TypeId.Geometry => new(id) { Extra = Capi.GeometryCrs(type) is var crs and not 0 ? Capi.TakeText(crs) : null },
            _ => new(id) { Extra = extra },
        };
    }

    /// <summary>A copy of a logical type, to destroy (the interface has no call for it, but a list's element is one).</summary>
    public static nint Copy(nint type)
    {
        var list = Capi.CreateListType(type);
        try
        {
            return Capi.ListTypeChild(list);
        }
        finally
        {
            Capi.DestroyLogicalType(ref list);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => ColumnTypeText.Of(this);

    private static T[] Each<T>(ulong count, Func<ulong, T> item)
    {
        var items = new T[count];
        for (var i = 0ul; i < count; i++)
            items[i] = item(i);
        return items;
    }
}
