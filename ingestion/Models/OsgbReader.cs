using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Plinth.Ingestion.Models;

/// <summary>Reads the header of OSGB tiles of oblique reconstructions: level, children, textures and bounding sphere; one row of <c>model.asset</c>.</summary>
/// <remarks>
/// OpenSceneGraph's binary format is a stream of objects that only its own classes can walk, so triangles are not counted: children, textures and the sphere of its paged node are
/// found by their marks. The extent is that of the sphere. SRS and origin come from <c>metadata.xml</c>, else the CRS from the contract.
/// </remarks>
internal sealed partial class OsgbReader : IFileReader
{
    private const int MaximumBytes = 512 << 20;
    private const uint Low = 0x6C910EA1, High = 0x1AFB4545;

    public string Name => "osgb";

    public string Expected => "an OSGB tile";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) =>
        head.Length >= 16 && BinaryPrimitives.ReadUInt32LittleEndian(head) == Low && BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) == High;

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        var folder = Path.GetDirectoryName(Path.GetFullPath(input.Path));
        var (content, children) = Read(bytes, bytes.Read(0, bytes.Length, MaximumBytes));
        var absent = children.Count(c => ModelFiles.Beside(folder, c) is null);
        content.Lod = LevelOf(Path.GetFileName(input.Path));
        if (children.Count > 0)
            content.Notes.Add($"it names {children.Count} finer tiles" + (absent > 0 ? $", of which {absent} do not lie beside it" : ""));
        return PlacedModels.Of(input, content);
    }

    /// <summary>A pure function of the file's bytes.</summary>
    internal static (ModelContent Content, List<string> Children) Read(ByteView bytes, ReadOnlySpan<byte> file)
    {
        if (file.Length < 24 || BinaryPrimitives.ReadUInt32LittleEndian(file) != Low || BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) != High)
            throw bytes.Refuse("it does not begin with the marks of OSGB");
        var (kind, version) = (BinaryPrimitives.ReadUInt32LittleEndian(file[8..]), BinaryPrimitives.ReadUInt32LittleEndian(file[12..]));
        if (kind > 3 || version is 0 or > 10_000)
            throw bytes.Refuse($"its header of kind {kind} and version {version} is none of OSGB");
        var content = new ModelContent("osgb") { Version = $"{version}", CountsTriangles = false };
        if (file[16..Math.Min(file.Length, 200)].IndexOf("zlib"u8) >= 0)
        {
            content.Notes.Add("it is packed with zlib, so that only its header was read");
            return (content, []);
        }
        if (file.IndexOf("osg::"u8) < 0)
            throw bytes.Refuse("it holds no objects of OpenSceneGraph");
        content.Notes.Add("triangles are not counted");
        Sphere(file, content);
        content.TextureBytes = Images(file);
        return (content, Children(file));
    }

    /// <summary>The centre and radius that a paged node gives itself: behind its node mask, no state set, and the mode «user-defined».</summary>
    private static void Sphere(ReadOnlySpan<byte> file, ModelContent content)
    {
        ReadOnlySpan<byte> mark = [0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 0, 0, 0, 1];
        for (var from = file.IndexOf("osg::PagedLOD"u8); from >= 0 && from < file.Length;)
        {
            var near = file.Slice(from, Math.Min(160, file.Length - from));
            if (near.IndexOf(mark) is >= 0 and var at && near.Length >= at + mark.Length + 32)
            {
                var d = near[(at + mark.Length)..];
                var (x, y, z, r) = (Double(d, 0), Double(d, 8), Double(d, 16), Double(d, 24));
                if (r is > 0 and < 1e6)
                {
                    content.Bounds.Include(new Corner(x - r, y - r, z - r));
                    content.Bounds.Include(new Corner(x + r, y + r, z + r));
                }
            }
            var next = file[(from + 5)..].IndexOf("osg::PagedLOD"u8);
            from = next < 0 ? -1 : from + 5 + next;
        }
        content.Notes.Add(content.Bounds.IsEmpty ? "no bounding sphere was found in it" : "the extent is that of its bounding sphere");
    }

    /// <summary>Bytes of images: each stands behind its length and begins with the marks of JPEG or PNG.</summary>
    private static long Images(ReadOnlySpan<byte> file)
    {
        var bytes = 0L;
        for (var at = 4; at < file.Length - 4; at++)
        {
            var next = file[at..].IndexOfAny((byte)0xFF, (byte)0x89);
            if (next < 0)
                break;
            at += next;
            var isImage = file[at..].StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || file[at..].StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]);
            if (!isImage || BinaryPrimitives.ReadUInt32LittleEndian(file[(at - 4)..]) is var length && (length < 16 || length > file.Length - at))
                continue;
            bytes += length;
            at += (int)length - 1;
        }
        return bytes;
    }

    private static List<string> Children(ReadOnlySpan<byte> file)
    {
        var (children, at) = (new HashSet<string>(StringComparer.Ordinal), 0);
        while (file[at..].IndexOf(".osgb"u8) is >= 0 and var next)
        {
            var end = at + next + 5;
            // The name's length stands in the four bytes before it.
            for (var length = 6; length <= 260 && end - length - 4 >= 0; length++)
                if (BinaryPrimitives.ReadUInt32LittleEndian(file[(end - length - 4)..]) == length)
                {
                    children.Add(Encoding.UTF8.GetString(file.Slice(end - length, length)));
                    break;
                }
            at = end;
        }
        return [.. children.Order(StringComparer.Ordinal)];
    }

    /// <summary>The level that a tile's name tells: <c>Tile_+000_+000_L16_0.osgb</c> is of level 16.</summary>
    internal static string? LevelOf(string fileName) => Level().Match(fileName) is { Success: true } match ? match.Groups[1].Value : null;

    private static double Double(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadDoubleLittleEndian(bytes[at..]);

    [GeneratedRegex("_L([0-9]{1,2})(?:_|\\.)", RegexOptions.CultureInvariant)]
    private static partial Regex Level();
}
