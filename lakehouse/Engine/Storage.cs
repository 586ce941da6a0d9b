using System.Diagnostics.CodeAnalysis;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Which unmanaged type a column's values may be read and written as.</summary>
internal static class Storage
{
    /// <exception cref="InvalidOperationException">The column is stored otherwise.</exception>
    public static void Check<T>(ColumnType type) where T : unmanaged
    {
        var fits = type.Id switch
        {
            TypeId.Boolean => typeof(T) == typeof(bool) || typeof(T) == typeof(byte),
            TypeId.TinyInt => typeof(T) == typeof(sbyte),
            TypeId.SmallInt => typeof(T) == typeof(short),
            TypeId.Integer or TypeId.Date => typeof(T) == typeof(int),
            TypeId.BigInt or TypeId.Time or TypeId.TimeNs or TypeId.Timestamp or TypeId.TimestampTz or TypeId.TimestampTzNs
                or TypeId.TimestampS or TypeId.TimestampMs or TypeId.TimestampNs => typeof(T) == typeof(long),
            TypeId.UTinyInt => typeof(T) == typeof(byte),
            TypeId.USmallInt => typeof(T) == typeof(ushort),
            TypeId.UInteger => typeof(T) == typeof(uint),
            TypeId.UBigInt => typeof(T) == typeof(ulong),
            TypeId.Float => typeof(T) == typeof(float),
            TypeId.Double => typeof(T) == typeof(double),
            TypeId.HugeInt => typeof(T) == typeof(Int128),
            TypeId.UHugeInt => typeof(T) == typeof(UInt128),
            _ => false,
        };
        if (!fits)
            Throw<T>(type);
    }

    /// <summary>Bytes of one value in a vector.</summary>
    public static int Width(TypeId id) => id switch
    {
        TypeId.Boolean or TypeId.TinyInt => 1,
        TypeId.SmallInt => 2,
        TypeId.Integer or TypeId.Date or TypeId.Float => 4,
        TypeId.Varchar or TypeId.Blob or TypeId.Geometry or TypeId.List => 16,
        _ => 8, // the other types of results are all of this width
    };

    [DoesNotReturn]
    public static void Throw<T>(ColumnType type) => throw new InvalidOperationException(
        $"A column of type {type} is not stored as {typeof(T).Name}: cast it in the query, or take Value(row)" + (type.HasBytes ? " or Bytes(row)." : "."));
}
