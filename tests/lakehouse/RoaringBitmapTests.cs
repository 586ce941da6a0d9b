using System.Buffers.Binary;
using Plinth.Lakehouse.Delta;

namespace Plinth.Tests.Lakehouse;

public class RoaringBitmapTests
{
    [Fact]
    public void Every_kind_of_container_is_decoded_in_every_bucket()
    {
        var even = Enumerable.Range(0, 5000).Select(i => i * 2).ToArray();
        var bytes = new Bytes().I32(1681511377).I64(2);
        // Bucket 0, without runs: an array under key 0 and a bitmap under key 7; offsets present.
        bytes.I32(0).I32(12346).I32(2).U16(0).U16(2 - 1).U16(7).U16(5000 - 1).I32(0).I32(0);
        bytes.U16(1).U16(65535);
        var words = new ulong[1024];
        foreach (var i in even)
            words[i / 64] |= 1UL << (i % 64);
        foreach (var word in words)
            bytes.I64((long)word);
        // Bucket 1, with runs: two runs under key 0, an array under key 1; fewer than four containers, so no offsets.
        bytes.I32(1).I32(12347 | (1 << 16)).Byte(0b01).U16(0).U16(12 - 1).U16(1).U16(1 - 1);
        bytes.U16(2).U16(10).U16(10).U16(65535).U16(0);
        bytes.U16(9);

        var positions = RoaringBitmap.Decode(bytes.ToArray());

        var high = 1L << 32;
        positions.Should().Equal([1, 65535, .. even.Select(i => (7L << 16) + i), .. Enumerable.Range(10, 11).Select(i => high + i), high + 65535, high + 65536 + 9]);
    }

    [Fact]
    public void What_is_cut_short_or_no_bitmap_is_refused()
    {
        FluentActions.Invoking(() => RoaringBitmap.Decode([1, 2, 3])).Should().Throw<FormatException>();
        FluentActions.Invoking(() => RoaringBitmap.Decode(new Bytes().I32(5).I64(0).ToArray())).Should().Throw<FormatException>().WithMessage("*magic number*");
        FluentActions.Invoking(() => RoaringBitmap.Decode(new Bytes().I32(1681511377).I64(1).I32(0).I32(12346).I32(1).ToArray())).Should().Throw<FormatException>().WithMessage("*ends too early");
        RoaringBitmap.Decode(new Bytes().I32(1681511377).I64(0).ToArray()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("HelloWorld", "864FD26FB559F75B")]
    [InlineData("##093", "0300")]
    public void Base_85_is_decoded(string text, string hex) => Convert.ToHexString(Z85.Decode(text)).Should().Be(hex);

    [Theory]
    [InlineData("abc")]
    [InlineData("ab c1")]
    [InlineData("$$$$$")]
    [InlineData("####1")]
    [InlineData("##09300000")]
    public void What_is_no_base_85_is_refused(string text) => FluentActions.Invoking(() => Z85.Decode(text)).Should().Throw<FormatException>();

    /// <summary>Little-endian numbers one after another.</summary>
    private sealed class Bytes
    {
        private readonly List<byte> _bytes = [];

        public Bytes Byte(byte value)
        {
            _bytes.Add(value);
            return this;
        }

        public Bytes U16(int value) => Byte((byte)value).Byte((byte)(value >> 8));

        public Bytes I32(int value) => U16(value & 0xFFFF).U16((value >> 16) & 0xFFFF);

        public Bytes I64(long value)
        {
            Span<byte> eight = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(eight, value);
            _bytes.AddRange(eight);
            return this;
        }

        public byte[] ToArray() => [.. _bytes];
    }
}
