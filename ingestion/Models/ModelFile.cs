namespace Plinth.Ingestion.Models;

/// <summary>Reads any one model that has no CRS of its own: GLB, glTF and the contents of tiles.</summary>
internal static class ModelFile
{
    private const int MaximumJson = 256 * 1024 * 1024;

    /// <summary>Null where it is none of these (a further tileset).</summary>
    public static ModelContent? Read(ByteView bytes, string? folder, string name)
    {
        var head = new byte[12];
        bytes.Read(0, head.AsSpan(0, (int)Math.Min(12, bytes.Length)));
        if (TileContent.MagicOf(head) is not null)
            return TileContent.Read(bytes, folder);
        if (name.EndsWith(".gltf", StringComparison.OrdinalIgnoreCase))
        {
            var content = new ModelContent("gltf");
            GltfDocument.Read(bytes.Read(0, bytes.Length, MaximumJson), content, folder);
            return content;
        }
        return name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".geojson", StringComparison.OrdinalIgnoreCase) ? null : throw new InvalidDataException("it is no content of a kind that is known");
    }
}

/// <summary>Reads binary and text glTF 2.0 and single tiles (b3dm, i3dm, pnts, cmpt): one row of <c>model.asset</c>.</summary>
/// <remarks>
/// Such a file names no CRS: it has a place only where the contract declares one. A tile's place is said by its tileset. glTF's Y becomes up. Meshes packed with Draco or meshopt
/// are counted by what is declared of them.
/// </remarks>
internal sealed class GltfReader : IFileReader
{
    public string Name => "gltf";

    public string Expected => "a glTF 2.0 model or a tile (.glb, .gltf, .b3dm, .i3dm, .pnts, .cmpt)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => TileContent.MagicOf(head) is not null
        || (fileName.EndsWith(".gltf", StringComparison.OrdinalIgnoreCase) && CityJsonText.TrimStart(head).StartsWith("{"u8));

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input, Path.GetDirectoryName(Path.GetFullPath(input.Path)));
    }

    internal static ReadResult Read(ByteView bytes, FileInput input, string? folder)
    {
        try
        {
            var content = ModelFile.Read(bytes, folder, input.Path) ?? throw bytes.Refuse("it is no model");
            return ModelRows.Of(input, content, CrsName.Of(null, input.Contract.Crs), "it names no CRS, so that it has no place; that of a tile is told by its tileset");
        }
        catch (InvalidDataException broken)
        {
            throw bytes.Refuse(broken.Message);
        }
    }
}
