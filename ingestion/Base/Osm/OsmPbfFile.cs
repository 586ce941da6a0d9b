using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;

namespace Plinth.Ingestion.Base.Osm;

/// <summary>An OpenStreetMap file in PBF: blobs, each with a block; the next few are decompressed on other threads while one is read.</summary>
/// <remarks>Blobs may be stored raw or with zlib; a block has at most 32 MiB, as the format says. Users' names and ids in it are never read.</remarks>
internal sealed class OsmPbfFile(ByteView bytes) : IOsmSource
{
    private const int MaximumHeader = 64 * 1024;
    private const int MaximumBlob = 32 * 1024 * 1024;

    /// <summary>Blocks that are unpacked or wait at a time: each takes a megabyte or two, and never more than 32.</summary>
    private static readonly int Ahead = Math.Clamp(Environment.ProcessorCount, 1, 4);

    private readonly OsmBlock _block = new();
    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly List<(long At, int Length, OsmKinds Kinds)> _blobs = [];
    private bool _isIndexed;

    /// <inheritdoc/>
    public IEnumerable<OsmKinds> Scan(OsmKinds kinds, OsmSink sink)
    {
        if (!_isIndexed)
            Index();
        var waiting = new Queue<(int Blob, Task<Unpacked> Block)>();
        try
        {
            for (var next = 0; ;)
            {
                for (; waiting.Count <= Ahead && next < _blobs.Count; next++)
                    if ((_blobs[next].Kinds & kinds) != OsmKinds.None)
                    {
                        var (at, length) = (_blobs[next].At, _blobs[next].Length);
                        waiting.Enqueue((next, Task.Run(() => Inflate(at, length))));
                    }
                if (!waiting.TryDequeue(out var first))
                    yield break;
                var blob = _blobs[first.Blob];
                var met = Read(blob.At, first.Block, kinds, sink);
                _blobs[first.Blob] = blob with { Kinds = met };
                if ((met & kinds) != OsmKinds.None)
                    yield return met;
            }
        }
        finally
        {
            // Nobody may read from the file once it is closed.
            Task.WhenAll(waiting.Select(w => w.Block)).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => bytes.Dispose();

    /// <summary>Finds the blobs; what is in them is found by the first scan for all kinds.</summary>
    private void Index()
    {
        Span<byte> length = stackalloc byte[4];
        var hasHeader = false;
        for (long at = 0; at < bytes.Length;)
        {
            bytes.Read(at, length);
            var size = BinaryPrimitives.ReadUInt32BigEndian(length);
            if (size > MaximumHeader)
                throw bytes.Refuse($"its blob at byte {at} has a header of {size} bytes, while {MaximumHeader} are allowed");
            var (type, dataSize) = Header(bytes.Read(at + 4, size, MaximumHeader), at);
            var data = at + 4 + size;
            if (!bytes.Holds(data, dataSize))
                throw bytes.Refuse($"it is cut: its blob at byte {at} has {dataSize} bytes, and {bytes.Length - data} are left");
            if (type == "OSMHeader")
                (hasHeader, _) = (true, Guard(data, () => CheckFeatures(Inflate(data, dataSize))));
            else if (type == "OSMData")
                _blobs.Add((data, dataSize, OsmKinds.All));
            at = data + dataSize;
        }
        if (!hasHeader)
            throw bytes.Refuse("it has no OSMHeader");
        _isIndexed = true;
    }

    private (string Type, int Size) Header(byte[] header, long at) => Guard(at, () =>
    {
        var (type, size) = ("", -1L);
        var fields = new Protobuf(header);
        while (fields.Next())
            if (fields.Field == 1)
                type = Encoding.UTF8.GetString(fields.Bytes());
            else if (fields.Field == 3)
                size = fields.Int64();
            else
                fields.Skip();
        return size is >= 0 and <= MaximumBlob ? (type, (int)size) : throw new InvalidDataException($"its size is {size}, while {MaximumBlob} bytes are allowed");
    });

    private OsmKinds Read(long at, Task<Unpacked> unpacking, OsmKinds kinds, OsmSink sink) => Guard(at, () =>
    {
        var block = unpacking.GetAwaiter().GetResult();
        var met = _block.Read(block.Bytes.AsSpan(0, block.Size), kinds, sink);
        _free.Add(block.Bytes);
        return met;
    });

    private T Guard<T>(long at, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException broken)
        {
            throw bytes.Refuse($"its block at byte {at} is broken: {broken.Message}");
        }
    }

    /// <summary>A block, in a buffer that is used again.</summary>
    private readonly record struct Unpacked(byte[] Bytes, int Size);

    /// <summary>Unpacks a blob's block. The buffer grows with what is there, not with what is announced.</summary>
    private Unpacked Inflate(long at, int length)
    {
        if (!_free.TryTake(out var raw))
            raw = new byte[1 << 16];
        var blob = bytes.Read(at, length, MaximumBlob);
        var (announced, isRaw) = (-1L, false);
        var (start, size) = (-1, 0);
        var fields = new Protobuf(blob);
        while (fields.Next())
            switch (fields.Field)
            {
                case 2:
                    announced = fields.Int64();
                    break;
                case 1 or 3:
                    isRaw = fields.Field == 1;
                    var data = fields.Bytes();
                    blob.AsSpan().Overlaps(data, out start); // of no data: 0
                    size = data.Length;
                    break;
                case 4 or 5 or 6 or 7:
                    throw new InvalidDataException($"it is packed with {(fields.Field switch { 4 => "LZMA", 5 => "bzip2", 6 => "LZ4", _ => "Zstandard" })}; write it anew with zlib, e.g. 'osmium cat -f pbf,pbf_compression=zlib'");
                default:
                    fields.Skip();
                    break;
            }
        if (start < 0 && size == 0 && !isRaw)
            throw new InvalidDataException("it holds no data");
        if (announced > MaximumBlob)
            throw new InvalidDataException($"its block has {announced} bytes, while {MaximumBlob} are allowed");
        using Stream source = isRaw ? new MemoryStream(blob, start, size) : new ZLibStream(new MemoryStream(blob, Math.Max(start, 0), size), CompressionMode.Decompress);
        var filled = 0;
        while (true)
        {
            if (filled == raw.Length)
                Array.Resize(ref raw, Math.Min(raw.Length * 2, MaximumBlob + 1));
            var read = source.Read(raw, filled, raw.Length - filled);
            if (read == 0)
                break;
            filled += read;
            if (filled > MaximumBlob)
                throw new InvalidDataException($"its block has more than the {MaximumBlob} bytes that are allowed");
        }
        return isRaw || announced < 0 || announced == filled ? new(raw, filled) : throw new InvalidDataException($"its block has {filled} bytes and not the {announced} announced");
    }

    private bool CheckFeatures(Unpacked header)
    {
        var fields = new Protobuf(header.Bytes.AsSpan(0, header.Size));
        while (fields.Next())
            if (fields.Field != 4)
                fields.Skip();
            else if (Encoding.UTF8.GetString(fields.Bytes()) is var feature and not ("OsmSchema-V0.6" or "DenseNodes"))
                throw bytes.Refuse($"it requires '{Extent.Shorten(feature)}' of its reader, which is not read here");
        return true;
    }
}
