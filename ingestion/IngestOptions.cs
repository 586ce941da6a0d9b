namespace Plinth.Ingestion;

/// <summary>How to take files in.</summary>
public sealed record IngestOptions
{
    /// <summary>Names the run in lineage and rejections.</summary>
    public required string RunId { get; init; }

    /// <summary>Names the code in lineage, e.g. a version or a commit's hash.</summary>
    public required string CodeVersion { get; init; }

    /// <value>Knows longitude and latitude only (OGC:CRS84, EPSG:4326, EPSG:4490): every other CRS is refused.</value>
    public ICoordinates Coordinates { get; init; } = LongitudeLatitude.Instance;

    /// <summary>Key of pseudonyms. Personal columns whose level is below L3 are stored as HMAC-SHA256 under it; without a key they are stored as null.</summary>
    public string? PseudonymKey { get; init; }

    /// <summary>Registers originals where they lie instead of copying them. Those out of archives are copied all the same.</summary>
    public bool InPlace { get; init; }

    /// <summary>Hashes every file, also those that have the path, size and time of one taken in before.</summary>
    public bool Rehash { get; init; }

    /// <summary>How much an archive may hold.</summary>
    internal ArchiveLimits Archives { get; init; } = new();

    /// <summary>Rows after which a file is committed in parts, and a batch of small files is full. Fixed: a rerun must cut a file at the same rows.</summary>
    internal int RowsPerPart { get; init; } = 100_000;

    /// <summary>The same for the memory that rows take, so that rows with large outlines do not add up. Of a large file two parts are there at once, one read and one committed.</summary>
    internal long BytesPerPart { get; init; } = 24 << 20;

    /// <summary>Bytes from which a log is read stretch by stretch, on all cores.</summary>
    internal long LargeFile { get; init; } = 16 << 20;

    /// <summary>Bytes of a stretch. Fixed: a rerun must cut a file at the same places.</summary>
    internal int Stretch { get; init; } = Bulk.StretchReader.Size;

    /// <summary>Called after each step that leaves something behind; tests throw from it.</summary>
    internal Action<string>? AfterStep { get; init; }
}

/// <summary>Takes longitude and latitude as they are.</summary>
internal sealed class LongitudeLatitude : ICoordinates
{
    public static readonly LongitudeLatitude Instance = new();

    public bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude)
    {
        (longitude, latitude) = (x, y);
        return crs is "OGC:CRS84" or "EPSG:4326" or "EPSG:4490" && Math.Abs(x) <= 180 && Math.Abs(y) <= 90;
    }
}
