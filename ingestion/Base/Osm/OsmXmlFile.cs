using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace Plinth.Ingestion.Base.Osm;

/// <summary>An OpenStreetMap file in XML, plain or packed with gzip or bzip2; it is read as a stream, anew for each scan.</summary>
internal sealed class OsmXmlFile(ByteView bytes) : IOsmSource
{
    private const int ElementsOfBlock = 8000;

    /// <summary>What an unpacked file may be of its packed size: maps in XML come to 10 to 30.</summary>
    private const long MaximumRatio = 200;

    private static readonly XmlReaderSettings Strict = new()
    {
        DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreWhitespace = true, IgnoreProcessingInstructions = true,
    };

    private readonly OsmTags _tags = new();
    private readonly List<long> _refs = [];
    private readonly List<OsmMember> _members = [];

    /// <inheritdoc/>
    public IEnumerable<OsmKinds> Scan(OsmKinds kinds, OsmSink sink)
    {
        using var stream = Guard(null, Unpack);
        using var xml = Guard(null, () => XmlReader.Create(stream, Strict));
        Guard(xml, () => Root(xml));
        for (var more = true; more;)
        {
            var met = OsmKinds.None;
            more = Guard(xml, () => Block(xml, kinds, sink, ref met));
            if (met != OsmKinds.None)
                yield return met;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => bytes.Dispose();

    private Stream Unpack()
    {
        var head = new byte[3];
        bytes.Read(0, head.AsSpan(0, (int)Math.Min(3, bytes.Length)));
        var packed = bytes.AsStream();
        Stream? unpacked = head switch
        {
            [0x1F, 0x8B, ..] => new GZipStream(packed, CompressionMode.Decompress),
            [(byte)'B', (byte)'Z', (byte)'h'] => new BZip2InputStream(packed),
            _ => null,
        };
        return unpacked is null ? packed : new LimitedStream(unpacked, Math.Max(1 << 20, bytes.Length * MaximumRatio));
    }

    private bool Root(XmlReader xml)
    {
        if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "osm")
            throw bytes.Refuse(xml.LocalName == "osmChange" ? "it holds changes of a map and not a map" : $"its root is '{Extent.Shorten(xml.LocalName)}' and not 'osm'");
        if (xml.GetAttribute("version") is not ("0.6" or null) and var version)
            throw bytes.Refuse($"it is of version '{Extent.Shorten(version)}', while 0.6 is read");
        return true;
    }

    private bool Block(XmlReader xml, OsmKinds kinds, OsmSink sink, ref OsmKinds met)
    {
        var more = xml.Read();
        for (var elements = 0; more; more = xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.Depth != 1)
                continue;
            var kind = xml.LocalName switch { "node" => OsmKinds.Nodes, "way" => OsmKinds.Ways, "relation" => OsmKinds.Relations, _ => OsmKinds.None };
            if ((kind & kinds) == OsmKinds.None)
                continue;
            met |= kind;
            Element(xml, kind, sink);
            if (++elements == ElementsOfBlock)
                return true;
        }
        return false;
    }

    private void Element(XmlReader xml, OsmKinds kind, OsmSink sink)
    {
        var id = Number(xml, "id");
        var isDeleted = xml.GetAttribute("visible") == "false" || xml.GetAttribute("action") == "delete";
        var at = kind == OsmKinds.Nodes ? Point(xml.GetAttribute("lon"), xml.GetAttribute("lat")) : null;
        _tags.Clear();
        _refs.Clear();
        _members.Clear();
        var (changed, isFeature) = (Time(xml.GetAttribute("timestamp")), false);
        if (!xml.IsEmptyElement)
            while (xml.Read() && !(xml.NodeType == XmlNodeType.EndElement && xml.Depth == 1))
                switch (xml.NodeType == XmlNodeType.Element && xml.Depth == 2 ? xml.LocalName : "")
                {
                    case "tag" when (xml.GetAttribute("k"), xml.GetAttribute("v")) is ({ } key, { } value):
                        _tags.Add(key, value);
                        isFeature |= OsmFeatures.Keys.Contains(key);
                        break;
                    case "nd":
                        _refs.Add(Number(xml, "ref"));
                        break;
                    case "member":
                        _members.Add(new(xml.GetAttribute("type") switch { "node" => OsmKinds.Nodes, "way" => OsmKinds.Ways, "relation" => OsmKinds.Relations, _ => OsmKinds.None }, Number(xml, "ref")));
                        break;
                    default:
                        break;
                }
        if (isDeleted)
            return;
        if (!isFeature)
            _tags.Clear();
        _tags.ChangedAt = changed;
        if (kind == OsmKinds.Nodes)
            sink.Node(id, at, _tags);
        else if (kind == OsmKinds.Ways)
            sink.Way(id, CollectionsMarshal.AsSpan(_refs), _tags);
        else
            sink.Relation(id, CollectionsMarshal.AsSpan(_members), _tags);
    }

    private static long Number(XmlReader xml, string name) =>
        long.TryParse(xml.GetAttribute(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number : throw new InvalidDataException($"a '{xml.LocalName}' has no '{name}' that is a number");

    private static OsmPoint? Point(string? longitude, string? latitude) =>
        double.TryParse(longitude, NumberStyles.Float, CultureInfo.InvariantCulture, out var x) && double.TryParse(latitude, NumberStyles.Float, CultureInfo.InvariantCulture, out var y)
        && Math.Abs(x) <= 180 && Math.Abs(y) <= 90 ? OsmPoint.FromNano((long)Math.Round(x * 1e9), (long)Math.Round(y * 1e9)) : null;

    private static DateTime? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? OsmTags.Time(time.ToUnixTimeMilliseconds()) : null;

    private T Guard<T>(XmlReader? xml, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (XmlException broken)
        {
            throw bytes.Refuse($"it is no well-formed XML: {broken.Message}");
        }
        catch (Exception broken) when (broken is InvalidDataException or SharpZipBaseException or IndexOutOfRangeException or EndOfStreamException)
        {
            throw bytes.Refuse($"it is broken at line {(xml as IXmlLineInfo)?.LineNumber ?? 0} of what it holds: {broken.Message}");
        }
    }

    /// <summary>Ends a file that unpacks to far more than a map does.</summary>
    private sealed class LimitedStream(Stream inner, long limit) : Stream
    {
        private long _left = limit;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            _left -= read;
            return _left >= 0 ? read : throw new InvalidDataException($"it unpacks to more than {MaximumRatio} times its size");
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
