namespace Plinth.Ingestion;

/// <summary>How much an archive (zip, tar, gzip) may hold. One that holds more is refused before anything of it is taken in.</summary>
internal sealed record ArchiveLimits
{
    /// <summary>Entries.</summary>
    public int Entries { get; init; } = 100_000;

    /// <summary>Bytes of one entry.</summary>
    public long EntryBytes { get; init; } = 64L << 30;

    /// <summary>Bytes of all entries together.</summary>
    public long Bytes { get; init; } = 256L << 30;

    /// <summary>Unpacked to packed, of the whole, once more than <see cref="RatioFrom"/> bytes come out.</summary>
    public double Ratio { get; init; } = 200;

    /// <summary>Bytes that may come out whatever the ratio: small text packs very well.</summary>
    public long RatioFrom { get; init; } = 64L << 20;

    /// <summary>Characters of an entry's name, folders included.</summary>
    public int NameLength { get; init; } = 1024;
}
