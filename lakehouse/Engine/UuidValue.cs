using System.Buffers.Binary;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>UUID: 128 bits, big end first; in vectors the top bit is turned over so that they sort as signed integers.</summary>
internal static class UuidValue
{
    private const ulong TopBit = 1ul << 63;

    public static Guid ToGuid(HugeInt stored)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, stored.Upper ^ TopBit);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], stored.Lower);
        return new(bytes, bigEndian: true);
    }

    /// <summary>As stored in vectors.</summary>
    public static HugeInt Stored(Guid value)
    {
        var plain = Plain(value);
        return new(plain.Lower, plain.Upper ^ TopBit);
    }

    /// <summary>As passed to <c>duckdb_create_uuid</c>.</summary>
    public static HugeInt Plain(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return new(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }
}
