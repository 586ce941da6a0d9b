using System.Buffers;
using System.Text;

namespace Plinth.Twin.Tiles;

/// <summary>The little of protocol buffers that a vector tile needs, into a buffer that grows and is used again.</summary>
internal sealed class PbfWriter
{
    private byte[] _bytes = new byte[1 << 16];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Varint(ulong value)
    {
        Reserve(10);
        var at = Length;
        while (value >= 0x80)
        {
            _bytes[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _bytes[at++] = (byte)value;
        Length = at;
    }

    public void Field(int number, ulong varint)
    {
        Varint((ulong)number << 3);
        Varint(varint);
    }

    public void Field(int number, double value)
    {
        Varint(((ulong)number << 3) | 1);
        Reserve(8);
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(Length), value);
        Length += 8;
    }

    public void Field(int number, ReadOnlySpan<byte> bytes)
    {
        Varint(((ulong)number << 3) | 2);
        Varint((ulong)bytes.Length);
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Field(int number, string text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Field(number, bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>A packed field of numbers.</summary>
    public void Packed(int number, ReadOnlySpan<uint> values)
    {
        var size = 0;
        foreach (var value in values)
            size += Size(value);
        Varint(((ulong)number << 3) | 2);
        Varint((ulong)size);
        Reserve(size + 5);
        var at = Length;
        foreach (var value in values)
        {
            var rest = value;
            while (rest >= 0x80)
            {
                _bytes[at++] = (byte)(rest | 0x80);
                rest >>= 7;
            }
            _bytes[at++] = (byte)rest;
        }
        Length = at;
    }

    private static int Size(uint value) => value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;

    private void Reserve(int more)
    {
        if (Length + more > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + more));
    }
}
