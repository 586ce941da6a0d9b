using System.Text.Json;

namespace Plinth.Ingestion.Models;

/// <summary>Counts what a glTF 2.0 document holds, by its JSON alone: meshes may be packed with Draco or meshopt, whose accessors still say counts and bounds.</summary>
internal static class GltfDocument
{
    private const int MaximumDepth = 64;
    private const int MaximumNodes = 2_000_000;
    private const long MaximumCount = 1L << 40;

    /// <summary>Reads a document into <paramref name="content"/>.</summary>
    /// <param name="folder">Where its own files lie; null where it cannot have any.</param>
    /// <exception cref="InvalidDataException">It is no glTF 2.0.</exception>
    public static void Read(ReadOnlyMemory<byte> json, ModelContent content, string? folder)
    {
        try
        {
            using var document = JsonDocument.Parse(json[..json.Span.TrimEnd(" \t\r\n\0"u8).Length], new() { MaxDepth = MaximumDepth });
            Read(document.RootElement, content, folder);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"its JSON cannot be read: {wrong.Message}", wrong);
        }
    }

    private static void Read(JsonElement root, ModelContent content, string? folder)
    {
        content.Version = root.Member("asset").Text("version");
        if (content.Version is not ['2', '.', ..])
            throw new InvalidDataException($"its glTF version is '{Extent.Shorten(content.Version ?? "not given")}', while 2.0 is read");
        var extensions = root.Items("extensionsUsed").Select(e => e.ValueKind == JsonValueKind.String ? e.GetString() : null).OfType<string>().ToList();
        if (extensions.Contains("KHR_draco_mesh_compression"))
            content.Notes.Add("meshes are packed with Draco; counts and bounds are those it declares");
        if (extensions.Contains("EXT_meshopt_compression") || extensions.Contains("KHR_meshopt_compression"))
            content.Notes.Add("meshes are packed with meshopt; counts and bounds are those it declares");
        var origin = root.Member("extensions").Member("CESIUM_RTC").Numbers("center") is [var x, var y, var z] ? Matrix4.Translation(x, y, z) : Matrix4.Identity;
        Textures(root, content, folder);
        foreach (var table in root.Member("extensions").Member("EXT_structural_metadata").Items("propertyTables"))
            content.Objects = (content.Objects ?? 0) + (table.Integer("count") ?? 0);
        Scene(root, content, origin * Matrix4.YUpToZUp);
    }

    private static void Scene(JsonElement root, ModelContent content, Matrix4 placed)
    {
        var (nodes, meshes, accessors) = (root.List("nodes"), root.List("meshes"), root.List("accessors"));
        var scenes = root.List("scenes");
        var chosen = (int)(root.Integer("scene") ?? 0);
        IEnumerable<int> roots = chosen >= 0 && chosen < scenes.Count ? scenes[chosen].Items("nodes").Select(Index) : Enumerable.Range(0, nodes.Count);
        var open = new Stack<(int Node, Matrix4 Placed, int Depth)>(roots.Select(n => (n, placed, 0)));
        for (var visited = 0; open.TryPop(out var at); visited++)
        {
            if (visited > MaximumNodes || at.Depth > MaximumDepth)
                throw new InvalidDataException("its nodes have no end");
            if (at.Node < 0 || at.Node >= nodes.Count)
                throw new InvalidDataException($"node {at.Node} is not among its {nodes.Count}");
            var node = nodes[at.Node];
            var here = at.Placed * Local(node);
            if (node.Integer("mesh") is { } mesh)
            {
                if (mesh < 0 || mesh >= meshes.Count)
                    throw new InvalidDataException($"mesh {mesh} is not among its {meshes.Count}");
                var instances = node.Member("extensions").Member("EXT_mesh_gpu_instancing").Member("attributes");
                var times = instances.ValueKind == JsonValueKind.Object ? instances.EnumerateObject().Select(a => Count(accessors, a.Value)).FirstOrDefault(1) : 1;
                Mesh(meshes[(int)mesh], accessors, here, times, content);
                if (times > 1)
                    content.Notes.Add("bounds do not know its instances");
            }
            foreach (var child in node.Items("children"))
                open.Push((Index(child), here, at.Depth + 1));
        }
    }

    private static void Mesh(JsonElement mesh, List<JsonElement> accessors, Matrix4 placed, long times, ModelContent content)
    {
        foreach (var primitive in mesh.Items("primitives"))
        {
            if (!primitive.Member("attributes").TryMember("POSITION", out var position))
                continue;
            var corners = Count(accessors, position);
            var indices = primitive.TryMember("indices", out var index) ? Count(accessors, index) : corners;
            var (triangles, points) = Shape(primitive.Integer("mode") ?? 4, corners, indices);
            content.Triangles += triangles * times;
            content.Points += points * times;
            var accessor = accessors[Index(position)];
            if (accessor.Numbers("min") is [_, _, _] low && accessor.Numbers("max") is [_, _, _] high)
            {
                var unit = Unit(accessor);
                var box = new Bounds();
                box.Include(new Corner(low[0] * unit, low[1] * unit, low[2] * unit));
                box.Include(new Corner(high[0] * unit, high[1] * unit, high[2] * unit)); // some writers have them the wrong way round
                foreach (var corner in box.Corners())
                    content.Bounds.Include(placed.Apply(corner));
            }
            else if (!content.Notes.Contains("some of its meshes say no bounds"))
            {
                content.Notes.Add("some of its meshes say no bounds");
            }
        }
    }

    private static (long Triangles, long Points) Shape(long mode, long corners, long indices) => mode switch
    {
        0 => (0, corners),
        4 => (indices / 3, 0),
        5 or 6 => (Math.Max(0, indices - 2), 0),
        _ => (0, 0),
    };

    /// <summary>What a quantised position's integers are multiplied by.</summary>
    private static double Unit(JsonElement accessor) => !accessor.TryMember("normalized", out var normalized) || normalized.ValueKind != JsonValueKind.True ? 1 : accessor.Integer("componentType") switch
    {
        5120 => 1 / 127.0,
        5121 => 1 / 255.0,
        5122 => 1 / 32767.0,
        5123 => 1 / 65535.0,
        _ => 1,
    };

    private static Matrix4 Local(JsonElement node)
    {
        if (Matrix4.Of(node.Numbers("matrix")) is { } matrix)
            return matrix;
        var (t, q, s) = (node.Numbers("translation"), node.Numbers("rotation"), node.Numbers("scale"));
        return Matrix4.Of(t is { Length: 3 } ? t : [0, 0, 0], q is { Length: 4 } ? q : [0, 0, 0, 1], s is { Length: 3 } ? s : [1, 1, 1]);
    }

    private static void Textures(JsonElement root, ModelContent content, string? folder)
    {
        var (views, absent) = (root.List("bufferViews"), 0);
        foreach (var image in root.Items("images"))
            if (image.Integer("bufferView") is { } view && view >= 0 && view < views.Count)
                content.TextureBytes += Bounded(views[(int)view].Integer("byteLength"));
            else if (image.Text("uri") is { } uri)
                if (uri.StartsWith("data:", StringComparison.Ordinal))
                    content.TextureBytes += (uri.Length - uri.IndexOf(',', StringComparison.Ordinal) - 1) * 3L / 4;
                else if (ModelFiles.Beside(folder, uri) is { } file)
                    content.TextureBytes += new FileInfo(file).Length;
                else
                    absent++;
        if (absent > 0)
            content.Notes.Add($"{absent} of the textures it names do not lie beside it");
        var buffers = root.Items("buffers").Select(b => b.Text("uri")).OfType<string>().Where(u => !u.StartsWith("data:", StringComparison.Ordinal)).ToList();
        if (buffers.Count(u => ModelFiles.Beside(folder, u) is null) is > 0 and var lost)
            content.Notes.Add($"{lost} of the {buffers.Count} buffers it names do not lie beside it");
    }

    private static long Count(List<JsonElement> accessors, JsonElement reference)
    {
        var index = Index(reference);
        return index >= 0 && index < accessors.Count ? Bounded(accessors[index].Integer("count")) : throw new InvalidDataException($"accessor {index} is not among its {accessors.Count}");
    }

    private static int Index(JsonElement element) => element.TryGetInt32Safe(out var index) ? index : -1;

    private static long Bounded(long? value) => value is >= 0 and < MaximumCount ? value.Value : 0;
}
