namespace Plinth.Ingestion.Models;

/// <summary>Takes in the parts that models name: textures, materials, subtrees, buffers, and the metadata of a reconstruction. Each is one row of <c>model.asset</c>, so that none is lost.</summary>
internal sealed class ModelPartReader : IFileReader
{
    private const int MaximumBytes = 256 << 20;

    public string Name => "model-part";

    public string Expected => "a part of a model (.subtree, .mtl, metadata.xml, or a JPEG, PNG, WebP or KTX2 texture)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => Kind(head, fileName) is not null;

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        var head = new byte[(int)Math.Min(4096, bytes.Length)];
        bytes.Read(0, head);
        var kind = Kind(head, input.Path) ?? throw bytes.Refuse("it is no part of a model");
        var content = new ModelContent(kind);
        try
        {
            if (kind == "subtree")
                content.Objects = Subtree.Read(bytes.Read(0, bytes.Length, MaximumBytes), Path.GetDirectoryName(Path.GetFullPath(input.Path))).TileCount;
        }
        catch (InvalidDataException broken)
        {
            throw bytes.Refuse(broken.Message);
        }
        if (kind == "texture")
            content.TextureBytes = bytes.Length;
        string? crs = null;
        if (kind == "metadata")
            crs = (ModelPlace.Parse(File.ReadAllText(input.Path)) ?? throw bytes.Refuse("it is no ModelMetadata with an SRS")).Crs;
        content.Notes.Add("part of a model");
        return ModelRows.Of(input, content, crs, "it has no place of its own");
    }

    private static string? Kind(ReadOnlySpan<byte> head, string path)
    {
        var name = Path.GetFileName(path);
        if (Subtree.IsBinary(head))
            return "subtree";
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) || head.StartsWith((ReadOnlySpan<byte>)[0xAB, 0x4B, 0x54, 0x58])
            || (head.StartsWith("RIFF"u8) && head.Length > 12 && head[8..].StartsWith("WEBP"u8)))
            return "texture";
        if (name.EndsWith(".mtl", StringComparison.OrdinalIgnoreCase) && head.IndexOf((byte)0) < 0)
            return "material";
        return name.Equals("metadata.xml", StringComparison.OrdinalIgnoreCase) && head.IndexOf("<ModelMetadata"u8) >= 0 ? "metadata" : null;
    }
}
