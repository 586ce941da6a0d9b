using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;

namespace Plinth.Ingestion.Models;

/// <summary>A subtree of implicit tiling: which tiles, contents and child subtrees there are. Binary (magic <c>subt</c>) or JSON.</summary>
/// <remarks>A pure function of its bytes. Nothing is allocated for what it announces: availability is asked bit by bit.</remarks>
internal sealed class Subtree
{
    private const int MaximumJson = 16 * 1024 * 1024;
    private const int MaximumBytes = 256 * 1024 * 1024;

    private readonly Bits _tiles;
    private readonly List<Bits> _contents;
    private readonly Bits _children;

    private Subtree(Bits tiles, List<Bits> contents, Bits children) => (_tiles, _contents, _children) = (tiles, contents, children);

    public int Contents => _contents.Count;

    /// <param name="index">Of the node: those of the levels above it first, then in Morton order.</param>
    public bool HasTile(long index) => _tiles[index];

    public bool HasContent(int content, long index) => _contents[content][index];

    /// <param name="morton">Of the child subtree, among those below the last level.</param>
    public bool HasChild(long morton) => _children[morton];

    /// <summary>How many tiles it says it has; null where each of its nodes is one.</summary>
    public long? TileCount => _tiles.Count;

    public static bool IsBinary(ReadOnlySpan<byte> head) => head.StartsWith("subt"u8);

    /// <param name="folder">Where its own buffers lie; null where it cannot have any.</param>
    public static Subtree Read(ReadOnlyMemory<byte> bytes, string? folder)
    {
        var (json, inner) = (bytes, ReadOnlyMemory<byte>.Empty);
        if (IsBinary(bytes.Span))
        {
            if (bytes.Length < 24)
                throw new InvalidDataException("the subtree ends within its header");
            var (version, jsonLength, innerLength) = (BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[4..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[16..]));
            if (version != 1 || jsonLength > MaximumJson || jsonLength > (ulong)bytes.Length - 24 || innerLength > (ulong)bytes.Length - 24 - jsonLength)
                throw new InvalidDataException($"the subtree of version {version} has {bytes.Length} bytes, which do not hold {jsonLength} of JSON and {innerLength} of bits");
            json = bytes.Slice(24, (int)jsonLength);
            inner = bytes.Slice(24 + (int)jsonLength, (int)innerLength);
        }
        try
        {
            using var document = JsonDocument.Parse(json[..json.Span.TrimEnd(" \t\r\n\0"u8).Length]);
            return Read(document.RootElement, inner, folder);
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"the subtree's JSON cannot be read: {wrong.Message}", wrong);
        }
    }

    private static Subtree Read(JsonElement root, ReadOnlyMemory<byte> inner, string? folder)
    {
        var (buffers, views, first) = (new List<ReadOnlyMemory<byte>>(), root.List("bufferViews"), true);
        foreach (var buffer in root.Items("buffers"))
        {
            var uri = buffer.Text("uri");
            buffers.Add(uri is null && first ? inner : uri is null ? default : External(folder, uri));
            first &= uri is not null;
        }
        Bits Of(JsonElement availability)
        {
            if (availability.Integer("constant") is { } constant)
                return new(default, constant != 0, constant != 0 ? null : 0);
            var index = availability.Integer("bitstream") ?? availability.Integer("bufferView") ?? -1;
            if (index < 0 || index >= views.Count || views[(int)index].Integer("buffer") is not (>= 0 and var buffer) || buffer >= buffers.Count)
                throw new InvalidDataException("the subtree's availability names no bits of it");
            var (at, length) = (views[(int)index].Integer("byteOffset") ?? 0, views[(int)index].Integer("byteLength") ?? -1);
            var source = buffers[(int)buffer];
            if (at < 0 || length < 0 || at > source.Length || length > source.Length - at)
                throw new InvalidDataException($"the subtree's bits {at} to {at + length} are not in its buffer of {source.Length} bytes");
            return new(source.Slice((int)at, (int)length), false, availability.Integer("availableCount"));
        }
        var content = root.Member("contentAvailability");
        return new(Of(root.Member("tileAvailability")),
            content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray().Take(64).Select(Of)] : content.ValueKind == JsonValueKind.Object ? [Of(content)] : [],
            root.TryMember("childSubtreeAvailability", out var children) ? Of(children) : new(default, false, 0));
    }

    private static ReadOnlyMemory<byte> External(string? folder, string uri)
    {
        if (ModelFiles.Beside(folder, uri) is not { } path)
            throw new InvalidDataException($"the subtree's bits '{Extent.Shorten(uri)}' do not lie beside it");
        return new FileInfo(path).Length <= MaximumBytes ? File.ReadAllBytes(path) : throw new InvalidDataException($"the subtree's bits '{Extent.Shorten(uri)}' are too large");
    }

    /// <summary>Bits, the lowest of each byte first; or the same bit everywhere.</summary>
    private sealed class Bits(ReadOnlyMemory<byte> bytes, bool constant, long? count)
    {
        public long? Count { get; } = constant ? null : bytes.Length == 0 ? 0 : count is >= 0 ? count : Ones(bytes.Span);

        public bool this[long index] => constant || (index >> 3 < bytes.Length && (bytes.Span[(int)(index >> 3)] >> (int)(index & 7) & 1) == 1);

        private static long Ones(ReadOnlySpan<byte> bytes)
        {
            var ones = 0L;
            foreach (var one in bytes)
                ones += BitOperations.PopCount(one);
            return ones;
        }
    }
}
