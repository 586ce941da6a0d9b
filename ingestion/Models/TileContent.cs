using System.Buffers.Binary;
using System.Text.Json;

namespace Plinth.Ingestion.Models;

/// <summary>Reads what a tile or a binary glTF holds: GLB, b3dm, i3dm, pnts, cmpt, by its headers and JSON; of pnts also the positions.</summary>
/// <remarks>A pure function of the bytes in view. Broken bytes end in <see cref="InvalidDataException"/> or <see cref="SourceFormatException"/>.</remarks>
internal static class TileContent
{
    private const int MaximumJson = 256 * 1024 * 1024;
    private const int MaximumDepth = 8;

    public static readonly string[] Magics = ["glTF", "b3dm", "i3dm", "pnts", "cmpt"];

    /// <summary>The file's four first letters, where they are one of <see cref="Magics"/>.</summary>
    public static string? MagicOf(ReadOnlySpan<byte> head) => 
        head.Length >= 12 && System.Text.Encoding.Latin1.GetString(head[..4]) is var magic && Magics.Contains(magic) ? magic : null;

    /// <param name="folder">Where files that it names lie; null where it cannot have any.</param>
    public static ModelContent Read(ByteView bytes, string? folder) => Read(bytes, 0, bytes.Length, folder, 0);

    private static ModelContent Read(ByteView bytes, long at, long length, string? folder, int depth)
    {
        if (depth > MaximumDepth)
            throw new InvalidDataException("its composites have no end");
        Span<byte> head = stackalloc byte[32];
        head.Clear();
        if (length < 12)
            throw new InvalidDataException($"it ends within its header, at byte {length}");
        bytes.Read(at, head[..(int)Math.Min(32, length)]);
        if (MagicOf(head) is not { } magic)
            throw new InvalidDataException("it begins with none of glTF, b3dm, i3dm, pnts, cmpt");
        var (version, announced) = (Int(head, 4), Int(head, 8));
        if (version != (magic == "glTF" ? 2 : 1))
            throw new InvalidDataException($"it is {magic} of version {version}");
        if (announced > length)
            throw new InvalidDataException($"it is cut: {announced} bytes are announced, and {length} are there");
        var content = new ModelContent(magic == "glTF" ? "glb" : magic) { Version = $"{version}.0" };
        if (magic == "glTF")
            Glb(bytes, at, announced, content, folder);
        else if (magic == "cmpt")
            Composite(bytes, at, announced, Int(head, 12), content, folder, depth);
        else
            Batched(bytes, at, announced, head, magic, content, folder, depth);
        return content;
    }

    private static void Glb(ByteView bytes, long at, long length, ModelContent content, string? folder)
    {
        Span<byte> chunk = stackalloc byte[8];
        if (length < 20)
            throw new InvalidDataException("it has no JSON");
        bytes.Read(at + 12, chunk);
        var size = Int(chunk, 0);
        if (!chunk[4..].SequenceEqual("JSON"u8) || size > length - 20)
            throw new InvalidDataException("its first part is no JSON");
        GltfDocument.Read(bytes.Read(at + 20, size, MaximumJson), content, folder);
    }

    private static void Composite(ByteView bytes, long at, long length, long tiles, ModelContent content, string? folder, int depth)
    {
        var next = 16L;
        Span<byte> head = stackalloc byte[12];
        for (var i = 0L; i < tiles; i++)
        {
            if (next + 12 > length)
                throw new InvalidDataException($"it announces {tiles} tiles, and {i} are there");
            bytes.Read(at + next, head);
            var inner = Int(head, 8);
            if (inner < 12 || inner > length - next)
                throw new InvalidDataException($"its tile {i} has {inner} bytes");
            content.Add(Read(bytes, at + next, inner, folder, depth + 1));
            next += inner;
        }
    }

    /// <summary>b3dm, i3dm, pnts: a feature table, a batch table (JSON and binary each), then a model.</summary>
    private static void Batched(ByteView bytes, long at, long length, ReadOnlySpan<byte> head, string magic, ModelContent content, string? folder, int depth)
    {
        var size = magic == "i3dm" ? 32 : 28;
        var (featureJson, featureBytes, batchJson, batchBytes) = (Int(head, 12), Int(head, 16), Int(head, 20), Int(head, 24));
        var model = size + featureJson + featureBytes + batchJson + batchBytes;
        if (length < size || model > length)
            throw new InvalidDataException("its tables are longer than the file; headers of before version 1.0 are not read");
        using var features = Json(bytes, at + size, featureJson);
        var table = features?.RootElement ?? default;
        var origin = table.Numbers("RTC_CENTER") is [var x, var y, var z] ? new Corner(x, y, z) : default;
        if (magic == "pnts")
        {
            Points(bytes, at + size + featureJson, featureBytes, table, origin, content);
            return;
        }
        var times = magic == "i3dm" ? Math.Max(0, table.Integer("INSTANCES_LENGTH") ?? 0) : 1;
        content.Objects = magic == "i3dm" ? times : table.Integer("BATCH_LENGTH") is > 0 and var batches ? batches : null;
        if (magic == "i3dm" && Int(head, 28) == 0)
        {
            content.Notes.Add("its model is another file");
            return;
        }
        var part = Read(bytes, at + model, length - model, folder, depth + 1);
        if (magic == "i3dm")
        {
            content.Notes.Add("bounds do not know its instances");
            content.Triangles = part.Triangles * Math.Min(times, 1 << 30);
            content.TextureBytes = part.TextureBytes;
            return;
        }
        content.Triangles = part.Triangles;
        content.Points = part.Points;
        content.TextureBytes = part.TextureBytes;
        content.Objects ??= part.Objects;
        content.Notes.AddRange(part.Notes);
        foreach (var corner in part.Bounds.Corners())
            content.Bounds.Include(new Corner(corner.X + origin.X, corner.Y + origin.Y, corner.Z + origin.Z));
    }

    private static void Points(ByteView bytes, long at, long length, JsonElement table, Corner origin, ModelContent content)
    {
        var count = table.Integer("POINTS_LENGTH") ?? throw new InvalidDataException("its feature table has no POINTS_LENGTH");
        content.Points = count;
        if (table.Member("extensions").TryMember("3DTILES_draco_point_compression", out _))
        {
            content.Notes.Add("its points are packed with Draco; their bounds are not read");
            return;
        }
        var (isQuantised, offset) = (false, table.Member("POSITION").Integer("byteOffset"));
        if (offset is null)
            (isQuantised, offset) = (true, table.Member("POSITION_QUANTIZED").Integer("byteOffset"));
        var stride = isQuantised ? 6 : 12;
        if (offset is not { } first || count < 0 || first < 0 || count > (length - first) / stride)
            throw new InvalidDataException($"its {count} positions are not all there");
        var (low, scale) = (table.Numbers("QUANTIZED_VOLUME_OFFSET") is { Length: 3 } o ? o : [0, 0, 0], table.Numbers("QUANTIZED_VOLUME_SCALE") is { Length: 3 } s ? s : [1, 1, 1]);
        var buffer = new byte[stride * 4096];
        for (var done = 0L; done < count;)
        {
            var take = (int)Math.Min(4096, count - done);
            bytes.Read(at + first + done * stride, buffer.AsSpan(0, take * stride));
            for (var i = 0; i < take; i++)
            {
                var p = buffer.AsSpan(i * stride);
                content.Bounds.Include(isQuantised
                    ? new Corner(origin.X + low[0] + scale[0] * U16(p, 0), origin.Y + low[1] + scale[1] * U16(p, 2), origin.Z + low[2] + scale[2] * U16(p, 4))
                    : new Corner(origin.X + BinaryPrimitives.ReadSingleLittleEndian(p), origin.Y + BinaryPrimitives.ReadSingleLittleEndian(p[4..]), origin.Z + BinaryPrimitives.ReadSingleLittleEndian(p[8..])));
            }
            done += take;
        }
    }

    private static double U16(ReadOnlySpan<byte> p, int at) => BinaryPrimitives.ReadUInt16LittleEndian(p[at..]) / 65535.0;

    private static JsonDocument? Json(ByteView bytes, long at, long length)
    {
        if (length == 0)
            return null;
        var json = bytes.Read(at, length, MaximumJson);
        try
        {
            return JsonDocument.Parse(json.AsMemory(0, json.AsSpan().TrimEnd(" \t\r\n\0"u8).Length));
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"its feature table is no JSON: {wrong.Message}", wrong);
        }
    }

    private static long Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
