namespace Plinth.Ingestion.Models;

/// <summary>What is in one model file or tile, in its own coordinates with Z up.</summary>
internal sealed class ModelContent(string format)
{
    public string Format { get; set; } = format;
    public string? Version { get; set; }
    public long Triangles { get; set; }

    /// <summary>False where the format's triangles are not counted.</summary>
    public bool CountsTriangles { get; init; } = true;

    /// <summary>Level of detail, where something tells it.</summary>
    public string? Lod { get; set; }

    public long Points { get; set; }
    public long TextureBytes { get; set; }
    public long? Objects { get; set; }
    public Bounds Bounds { get; } = new();
    public List<string> Notes { get; } = [];

    /// <summary>Takes in what a file that holds several has in one of them.</summary>
    public void Add(ModelContent part, long times = 1)
    {
        Triangles += part.Triangles * times;
        Points += part.Points * times;
        TextureBytes += part.TextureBytes;
        Objects = Objects is null && part.Objects is null ? null : (Objects ?? 0) + (part.Objects ?? 0);
        Bounds.Include(part.Bounds);
        Notes.AddRange(part.Notes.Where(n => !Notes.Contains(n)));
    }
}
