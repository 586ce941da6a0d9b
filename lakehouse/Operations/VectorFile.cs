using System.Buffers;
using System.Buffers.Binary;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Operations;

/// <summary>A file of deletion vectors, one after the other: https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-format.</summary>
internal sealed class VectorFile
{
    private const byte FormatVersion = 1;

    private readonly Guid _id = Guid.NewGuid();
    private readonly ArrayBufferWriter<byte> _content = new();

    public VectorFile() => _content.Write([FormatVersion]);

    /// <summary>The file's key in the table's folder.</summary>
    public string Key => DeletionVectors.RelativeKey(Name);

    private string Name => Z85.Encode(_id.ToByteArray(bigEndian: true));

    /// <param name="positions">Ascending, each once.</param>
    public DeletionVector Add(IReadOnlyList<long> positions)
    {
        var offset = _content.WrittenCount;
        var data = RoaringEncoder.Encode(positions);
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(four, data.Length);
        _content.Write(four);
        _content.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(four, DeletionVectors.Crc32(data));
        _content.Write(four);
        return new("u", Name, offset, data.Length, positions.Count);
    }

    /// <exception cref="IOException">The store did not take it.</exception>
    public async ValueTask WriteAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        if (!await store.PutIfAbsentAsync(Key, _content.WrittenMemory, cancellationToken))
            throw new IOException($"'{Key}' is there already.");
    }
}
