namespace Plinth.Ingestion.Base.Osm;

/// <summary>Kinds of OpenStreetMap's elements.</summary>
[Flags]
internal enum OsmKinds
{
    None = 0,
    Nodes = 1,
    Ways = 2,
    Relations = 4,
    All = 7,
}

/// <summary>Longitude and latitude in units of 1e-7 degrees, which is OpenStreetMap's own precision.</summary>
internal readonly record struct OsmPoint(int X, int Y)
{
    public Position ToPosition() => new(X / 1e7, Y / 1e7);

    /// <summary>Null where the numbers (in 1e-9 degrees) are no place on earth.</summary>
    public static OsmPoint? FromNano(long longitude, long latitude) =>
        longitude is < -180_000_000_000 or > 180_000_000_000 || latitude is < -90_000_000_000 or > 90_000_000_000
            ? null
            : new((int)Math.Round(longitude / 100.0), (int)Math.Round(latitude / 100.0));
}

/// <summary>A member of a relation.</summary>
internal readonly record struct OsmMember(OsmKinds Kind, long Id);

/// <summary>An element's tags and the time of its last change. One object is used for all elements of a scan: keep a <see cref="Copy"/>.</summary>
/// <remarks>Tags are there only where one of their keys is among <see cref="OsmFeatures.Keys"/>.</remarks>
internal sealed class OsmTags
{
    private readonly List<(string Key, string Value)> _tags = [];

    public bool IsEmpty => _tags.Count == 0;

    public DateTime? ChangedAt { get; set; }

    public IReadOnlyList<(string Key, string Value)> All => _tags;

    public string? this[string key]
    {
        get
        {
            foreach (var tag in _tags)
                if (tag.Key == key)
                    return tag.Value;
            return null;
        }
    }

    public void Clear()
    {
        _tags.Clear();
        ChangedAt = null;
    }

    public void Add(string key, string value) => _tags.Add((key, value));

    public OsmTags Copy()
    {
        var copy = new OsmTags { ChangedAt = ChangedAt };
        copy._tags.AddRange(_tags);
        return copy;
    }

    /// <summary>A time in milliseconds since 1970; null before OpenStreetMap was, and where it is no time.</summary>
    public static DateTime? Time(long milliseconds) =>
        milliseconds is > 1_000_000_000_000 and < 100_000_000_000_000 ? DateTime.UnixEpoch.AddMilliseconds(milliseconds) : null;
}

/// <summary>What a scan meets. Spans and tags are valid during the call only.</summary>
internal abstract class OsmSink
{
    /// <value>Whether tags are looked at: reading them is most of the work for nodes.</value>
    public virtual bool WantsTags => true;

    /// <param name="at">Null where its coordinates are no place on earth.</param>
    public virtual void Node(long id, OsmPoint? at, OsmTags tags) { }

    public virtual void Way(long id, ReadOnlySpan<long> nodes, OsmTags tags) { }

    public virtual void Relation(long id, ReadOnlySpan<OsmMember> members, OsmTags tags) { }
}

/// <summary>A map file that can be scanned again and again.</summary>
internal interface IOsmSource : IDisposable
{
    /// <summary>Hands all elements of some kinds to a sink, in the file's order; comes back after each block so that the sink can be emptied.</summary>
    /// <exception cref="SourceFormatException">The file is broken. A file that was scanned for all kinds once does not do so again.</exception>
    IEnumerable<OsmKinds> Scan(OsmKinds kinds, OsmSink sink);

    /// <summary>Such a scan from the first block to the last, for sinks that keep what they need.</summary>
    void ScanWhole(OsmKinds kinds, OsmSink sink)
    {
        using var blocks = Scan(kinds, sink).GetEnumerator();
        while (blocks.MoveNext())
            continue;
    }
}
