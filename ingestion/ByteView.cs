using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Plinth.Ingestion;

/// <summary>The bytes of one foreign file, read at offsets that are always checked against what is there.</summary>
/// <remarks>Parsers take this instead of a stream: a length or offset out of the file ends in <see cref="SourceFormatException"/>, never in an allocation.</remarks>
internal abstract class ByteView(string name, string expected) : IDisposable
{
    /// <summary>Number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Opens a file; its bytes are read when asked for.</summary>
    public static ByteView Open(string path, string expected) => new OfFile(path, expected);

    /// <summary>Bytes in memory.</summary>
    public static ByteView Of(ReadOnlyMemory<byte> bytes, string name, string expected) => new OfMemory(bytes, name, expected);

    /// <summary>The exception that refuses the file.</summary>
    public SourceFormatException Refuse(string reason) => new(name, reason, expected);

    /// <summary>Whether <paramref name="count"/> bytes lie at <paramref name="offset"/>.</summary>
    public bool Holds(long offset, long count) => offset >= 0 && count >= 0 && offset <= Length && count <= Length - offset;

    /// <summary>Fills <paramref name="into"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="SourceFormatException">The file ends before.</exception>
    public void Read(long offset, Span<byte> into)
    {
        if (!Holds(offset, into.Length))
            throw Refuse($"it ends at byte {Length}, while {into.Length} bytes at {offset} are named in it");
        Fill(offset, into);
    }

    /// <summary>Bytes at an offset, as an array of their own. <paramref name="limit"/> bounds the allocation whatever the file says.</summary>
    public byte[] Read(long offset, long count, int limit)
    {
        if (count > limit)
            throw Refuse($"a block of {count} bytes at {offset} is larger than the {limit} that are read");
        if (!Holds(offset, count))
            throw Refuse($"it ends at byte {Length}, while {count} bytes at {offset} are named in it");
        var bytes = new byte[count];
        Fill(offset, bytes);
        return bytes;
    }

    public ushort UInt16(long offset, bool littleEndian)
    {
        Span<byte> bytes = stackalloc byte[2];
        Read(offset, bytes);
        return littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    public uint UInt32(long offset, bool littleEndian)
    {
        Span<byte> bytes = stackalloc byte[4];
        Read(offset, bytes);
        return littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    public ulong UInt64(long offset, bool littleEndian)
    {
        Span<byte> bytes = stackalloc byte[8];
        Read(offset, bytes);
        return littleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    /// <summary>The same bytes as a seekable stream, for libraries that want one.</summary>
    public abstract Stream AsStream();

    /// <inheritdoc/>
    public virtual void Dispose() { }

    protected abstract void Fill(long offset, Span<byte> into);

    private sealed class OfFile(string path, string expected) : ByteView(Path.GetFileName(path), expected)
    {
        private readonly SafeFileHandle _handle = File.OpenHandle(path);

        public override long Length => RandomAccess.GetLength(_handle);

        public override Stream AsStream() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);

        public override void Dispose()
        {
            _handle.Dispose();
            base.Dispose();
        }

        protected override void Fill(long offset, Span<byte> into)
        {
            while (!into.IsEmpty)
            {
                var read = RandomAccess.Read(_handle, into, offset);
                if (read == 0)
                    throw Refuse("it became shorter while it was read");
                offset += read;
                into = into[read..];
            }
        }
    }

    private sealed class OfMemory(ReadOnlyMemory<byte> bytes, string name, string expected) : ByteView(name, expected)
    {
        public override long Length => bytes.Length;

        public override Stream AsStream() => new MemoryStream(bytes.ToArray(), writable: false);

        protected override void Fill(long offset, Span<byte> into) => bytes.Span.Slice((int)offset, into.Length).CopyTo(into);
    }
}
