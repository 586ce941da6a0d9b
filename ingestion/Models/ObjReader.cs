using System.Buffers.Text;
using System.Text;

namespace Plinth.Ingestion.Models;

/// <summary>Reads Wavefront OBJ models as a stream: vertices, faces and the textures of their materials; one row of <c>model.asset</c>.</summary>
/// <remarks>An OBJ names no CRS: SRS and origin come from the <c>metadata.xml</c> of the reconstruction, else the CRS from the contract. Z is up.</remarks>
internal sealed class ObjReader : IFileReader
{
    private const int MaximumLine = 1 << 20;
    private const int MaximumMaterials = 64 << 20;

    public string Name => "obj";

    public string Expected => "a Wavefront OBJ model";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => fileName.EndsWith(".obj", StringComparison.OrdinalIgnoreCase) && head.IndexOf((byte)0) < 0;

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return PlacedModels.Of(input, Read(bytes, Path.GetDirectoryName(Path.GetFullPath(input.Path))));
    }

    /// <param name="folder">Where materials and textures lie; null where there are none.</param>
    internal static ModelContent Read(ByteView bytes, string? folder)
    {
        var content = new ModelContent("obj");
        var (vertices, isColoured, libraries, number) = (0L, false, new List<string>(), 0L);
        foreach (var (_, line) in Lines(bytes))
        {
            number++;
            var rest = line.Span;
            var word = Word(ref rest);
            if (word.SequenceEqual("v"u8))
            {
                if (!Number(ref rest, out var x) || !Number(ref rest, out var y) || !Number(ref rest, out var z))
                    throw bytes.Refuse($"its line {number} is a vertex without three numbers");
                content.Bounds.Include(new Corner(x, y, z));
                vertices++;
                isColoured |= vertices == 1 && Number(ref rest, out _) && Number(ref rest, out _) && Number(ref rest, out _);
            }
            else if (word.SequenceEqual("f"u8))
            {
                var corners = 0;
                while (!Word(ref rest).IsEmpty)
                    corners++;
                if (corners < 3)
                    throw bytes.Refuse($"its line {number} is a face of {corners} corners");
                content.Triangles += corners - 2;
            }
            else if (word.SequenceEqual("mtllib"u8) && libraries.Count < 1000)
            {
                libraries.Add(Encoding.UTF8.GetString(rest.Trim(" \t\r"u8)));
            }
        }
        if (vertices == 0)
            throw bytes.Refuse("it has no vertices");
        if (content.Triangles == 0)
            content.Points = vertices;
        if (isColoured)
            content.Notes.Add("vertices carry colours");
        Textures(libraries, folder, content);
        return content;
    }

    private static void Textures(List<string> libraries, string? folder, ModelContent content)
    {
        var (images, absent) = (new HashSet<string>(StringComparer.Ordinal), 0);
        foreach (var library in libraries.Distinct(StringComparer.Ordinal))
            if (ModelFiles.Beside(folder, library) is { } file && new FileInfo(file).Length <= MaximumMaterials)
                foreach (var line in File.ReadLines(file).Select(l => l.Trim()).Where(l => l.StartsWith("map_Kd", StringComparison.OrdinalIgnoreCase)))
                    images.Add(Path.Combine(Path.GetRelativePath(folder!, Path.GetDirectoryName(file)!), line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[^1]));
            else
                absent++;
        if (absent > 0)
            content.Notes.Add($"{absent} material files it names do not lie beside it");
        var files = images.Select(i => ModelFiles.Beside(folder, i)).ToList();
        content.TextureBytes = files.Sum(f => f is null ? 0 : new FileInfo(f).Length);
        if (files.Count(f => f is null) is > 0 and var lost)
            content.Notes.Add($"of the {files.Count} textures it names, {lost} do not lie beside it");
    }

    /// <summary>Lines; one that ends with a backslash goes on with the next.</summary>
    private static IEnumerable<(long Number, ReadOnlyMemory<byte> Line)> Lines(ByteView bytes)
    {
        byte[]? open = null;
        foreach (var (number, line) in CityJsonText.Lines(bytes))
        {
            if (line.Length > MaximumLine || open?.Length > MaximumLine)
                throw bytes.Refuse($"its line {number} is longer than {MaximumLine} bytes");
            if (line.Span is [.., (byte)'\\'])
            {
                open = [.. open ?? [], .. line.Span[..^1], (byte)' '];
                continue;
            }
            yield return (number, open is null ? line : (byte[])[.. open, .. line.Span]);
            open = null;
        }
    }

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t\r"u8);
        var end = rest.IndexOfAny((byte)' ', (byte)'\t', (byte)'\r');
        var word = end < 0 ? rest : rest[..end];
        rest = rest[word.Length..];
        return word;
    }

    private static bool Number(ref ReadOnlySpan<byte> rest, out double value)
    {
        var word = Word(ref rest);
        if (word is [(byte)'+', ..])
            word = word[1..];
        return Utf8Parser.TryParse(word, out value, out var used) && used == word.Length && used > 0 && double.IsFinite(value);
    }
}
