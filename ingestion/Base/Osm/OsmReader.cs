using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Base.Osm;

/// <summary>Reads OpenStreetMap extracts: roads, waterways and water, footprints of buildings, points of interest, administrative units.</summary>
/// <remarks>
/// The file is scanned several times: once whole, which finds broken files before anything is stored; then for points; then for ways and multipolygons in chunks, each of which
/// asks for its nodes by one more scan. Memory is bounded by a chunk, not by the file. What is cut at an extract's border is rejected with its id. Of old multipolygons, whose
/// tags are on their outer way, that way is the feature and the others are its holes.
/// </remarks>
internal abstract class OsmReader : ILayoutReader
{
    /// <summary>Node references of the ways of one chunk: about 100 MB in all.</summary>
    internal int ReferencesOfChunk { get; init; } = 4_000_000;

    public abstract string Name { get; }

    public abstract string Expected { get; }

    public bool CountsEveryTable => true;

    public abstract bool Recognises(ReadOnlySpan<byte> head, string fileName);

    public IReadOnlyList<string>? Columns(string path, SourceContract contract) => [];

    public ReadResult Read(FileInput input) => ReadItems.Gather(Stream(input));

    public IEnumerable<ReadItem> Stream(FileInput input) => Stream(ByteView.Open(input.Path, Expected), input);

    internal IEnumerable<ReadItem> Stream(ByteView bytes, FileInput input)
    {
        using var source = Open(bytes);
        var count = new Counting();
        source.ScanWhole(OsmKinds.All, count);
        if (count.Nodes + count.Ways + count.Relations == 0)
            throw bytes.Refuse("it holds no nodes, ways or relations");
        var rows = new OsmRows(input);
        var old = new OldMultipolygons();
        if (count.Relations > 0)
            source.ScanWhole(OsmKinds.Relations, old);
        var points = new Points(rows);
        foreach (var _ in source.Scan(OsmKinds.Nodes, points))
            foreach (var item in points.Take())
                yield return item;
        foreach (var item in Ways(source, rows, old.Members))
            yield return item;
        foreach (var item in Relations(source, rows))
            yield return item;
    }

    protected abstract IOsmSource Open(ByteView bytes);

    private IEnumerable<ReadItem> Ways(IOsmSource source, OsmRows rows, Dictionary<long, long[]> old)
    {
        var chunk = new WayChunk();
        foreach (var _ in source.Scan(OsmKinds.Ways, chunk))
            if (chunk.References >= ReferencesOfChunk)
                foreach (var item in Emit())
                    yield return item;
        foreach (var item in Emit())
            yield return item;

        IEnumerable<ReadItem> Emit()
        {
            var holed = chunk.Ways.Where(w => w.Feature is OsmFeature.Footprint or OsmFeature.WaterArea && old.ContainsKey(w.Id)).ToList();
            var members = new MemberWays(holed.SelectMany(w => old[w.Id]), ReferencesOfChunk);
            if (holed.Count > 0)
                source.ScanWhole(OsmKinds.Ways, members);
            var nodes = Locate(source, chunk.Ways.Select(w => w.Nodes).Concat(members.Ways.Values));
            foreach (var way in chunk.Ways)
                yield return rows.Way(way, nodes, old.TryGetValue(way.Id, out var around) ? [.. around.Select(id => members.Ways.GetValueOrDefault(id)).OfType<long[]>()] : []);
            chunk.Clear();
        }
    }

    private IEnumerable<ReadItem> Relations(IOsmSource source, OsmRows rows)
    {
        var chunk = new RelationChunk();
        foreach (var _ in source.Scan(OsmKinds.Relations, chunk))
            if (chunk.Members >= ReferencesOfChunk / 20)
                foreach (var item in Emit())
                    yield return item;
        foreach (var item in Emit())
            yield return item;

        IEnumerable<ReadItem> Emit()
        {
            if (chunk.Relations.Count == 0)
                yield break;
            var members = new MemberWays(chunk.Relations.SelectMany(r => r.Ways), ReferencesOfChunk * 4L);
            source.ScanWhole(OsmKinds.Ways, members);
            var nodes = Locate(source, members.Ways.Values);
            foreach (var relation in chunk.Relations)
                yield return rows.Relation(relation, members.Ways, nodes);
            chunk.Clear();
        }
    }

    private static OsmNodeTable Locate(IOsmSource source, IEnumerable<long[]> ways)
    {
        var nodes = new OsmNodeTable(ways);
        if (!nodes.IsEmpty)
            source.ScanWhole(OsmKinds.Nodes, nodes);
        return nodes;
    }

    private sealed class Counting : OsmSink
    {
        public long Nodes { get; private set; }
        public long Ways { get; private set; }
        public long Relations { get; private set; }

        public override bool WantsTags => false;

        public override void Node(long id, OsmPoint? at, OsmTags tags) => Nodes++;
        public override void Way(long id, ReadOnlySpan<long> nodes, OsmTags tags) => Ways++;
        public override void Relation(long id, ReadOnlySpan<OsmMember> members, OsmTags tags) => Relations++;
    }

    /// <summary>Ways of multipolygons without tags of their own, by each of these ways.</summary>
    private sealed class OldMultipolygons : OsmSink
    {
        private const int Most = 500_000;

        public Dictionary<long, long[]> Members { get; } = [];

        public override void Relation(long id, ReadOnlySpan<OsmMember> members, OsmTags tags)
        {
            if (members.Length < 2 || members.Length > 10_000 || Members.Count > Most || !OsmFeatures.IsOldMultipolygon(tags))
                return;
            var ways = new List<long>();
            foreach (var member in members)
                if (member.Kind == OsmKinds.Ways)
                    ways.Add(member.Id);
            long[] all = [.. ways];
            foreach (var way in all)
                Members[way] = all;
        }
    }

    private sealed class Points(OsmRows rows) : OsmSink
    {
        private List<ReadItem> _items = [];

        public override void Node(long id, OsmPoint? at, OsmTags tags)
        {
            if (OsmFeatures.PoiOf(tags) is { } poi)
                _items.Add(rows.Point(id, at, tags, poi));
        }

        public List<ReadItem> Take()
        {
            var items = _items;
            _items = [];
            return items;
        }
    }

    private sealed class WayChunk : OsmSink
    {
        public List<OsmWay> Ways { get; } = [];
        public long References { get; private set; }

        public override void Way(long id, ReadOnlySpan<long> nodes, OsmTags tags)
        {
            var feature = OsmFeatures.OfWay(tags, isClosed: nodes.Length > 3 && nodes[0] == nodes[^1]);
            if (feature == OsmFeature.None)
                return;
            Ways.Add(new(id, feature, nodes.ToArray(), tags.Copy()));
            References += nodes.Length + 16; // a way of few nodes is not for nothing either
        }

        public void Clear()
        {
            Ways.Clear();
            References = 0;
        }
    }

    private sealed class RelationChunk : OsmSink
    {
        public List<OsmRelation> Relations { get; } = [];
        public long Members { get; private set; }

        public override void Relation(long id, ReadOnlySpan<OsmMember> members, OsmTags tags)
        {
            if (OsmFeatures.OfRelation(tags) is var feature && feature == OsmFeature.None)
                return;
            var ways = new List<long>();
            foreach (var member in members)
                if (member.Kind == OsmKinds.Ways)
                    ways.Add(member.Id);
            Relations.Add(new(id, feature, [.. ways], tags.Copy()));
            Members += ways.Count + 1;
        }

        public void Clear()
        {
            Relations.Clear();
            Members = 0;
        }
    }

    /// <summary>Ways that relations name. Beyond the limit they are left out, and their relations rejected.</summary>
    private sealed class MemberWays(IEnumerable<long> ids, long limit) : OsmSink
    {
        private readonly HashSet<long> _wanted = [.. ids];
        private long _left = limit;

        public override bool WantsTags => false;

        public Dictionary<long, long[]> Ways { get; } = [];

        public override void Way(long id, ReadOnlySpan<long> nodes, OsmTags tags)
        {
            if (_wanted.Contains(id) && (_left -= nodes.Length) >= 0)
                Ways[id] = nodes.ToArray();
        }
    }
}

/// <summary>A way that is a feature, with its nodes' ids.</summary>
internal sealed record OsmWay(long Id, OsmFeature Feature, long[] Nodes, OsmTags Tags);

/// <summary>A multipolygon that is a feature, with its ways' ids.</summary>
internal sealed record OsmRelation(long Id, OsmFeature Feature, long[] Ways, OsmTags Tags);

/// <summary>OpenStreetMap in PBF.</summary>
internal sealed class OsmPbfReader : OsmReader
{
    public override string Name => "osm-pbf";

    public override string Expected => "an OpenStreetMap extract in PBF (.osm.pbf)";

    public override bool Recognises(ReadOnlySpan<byte> head, string fileName) =>
        head is [0, 0, _, _, 0x0A, 0x09, ..] && head[6..].StartsWith("OSMHeader"u8);

    protected override IOsmSource Open(ByteView bytes) => new OsmPbfFile(bytes);
}

/// <summary>OpenStreetMap in XML, plain, or in gzip or bzip2.</summary>
internal sealed class OsmXmlReader : OsmReader
{
    public override string Name => "osm-xml";

    public override string Expected => "an OpenStreetMap extract in XML (.osm, .osm.gz, .osm.bz2)";

    public override bool Recognises(ReadOnlySpan<byte> head, string fileName) =>
        head is [0x1F, 0x8B, ..] || head.StartsWith("BZh"u8)
            ? fileName.Contains(".osm", StringComparison.OrdinalIgnoreCase)
            : head.IndexOf("<osm"u8) is >= 0 and var at && head.IndexOf((byte)'<') is var first && first <= at && head[..first].Trim(" \t\r\n\xEF\xBB\xBF"u8).IsEmpty;

    protected override IOsmSource Open(ByteView bytes) => new OsmXmlFile(bytes);
}
