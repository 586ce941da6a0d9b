using System.Buffers;
using System.Text;

namespace Plinth.Ingestion.Base.Osm;

/// <summary>Reads one block of a PBF file (osmformat.proto, PrimitiveBlock): nodes, dense nodes, ways, relations.</summary>
/// <remarks>A pure function of its bytes, which has only buffers of its own to keep. Broken bytes end in <see cref="InvalidDataException"/>.</remarks>
internal sealed class OsmBlock
{
    private const int MaximumNodesOfWay = 1_000_000;

    private readonly OsmTags _tags = new();
    private readonly ArrayBufferWriter<long> _refs = new();
    private readonly ArrayBufferWriter<OsmMember> _members = new();
    private readonly List<(int At, int Length)> _strings = [];
    private bool[] _isFeatureKey = [];
    private string?[] _texts = [];
    private long _granularity, _latitudeOffset, _longitudeOffset, _timeUnit;

    /// <summary>Hands the elements of some kinds to the sink and says which kinds there are at all.</summary>
    public OsmKinds Read(ReadOnlySpan<byte> block, OsmKinds kinds, OsmSink sink)
    {
        (_granularity, _latitudeOffset, _longitudeOffset, _timeUnit) = (100, 0, 0, 1000);
        var header = new Protobuf(block);
        ReadOnlySpan<byte> table = default;
        while (header.Next())
            switch (header.Field)
            {
                case 1:
                    table = header.Bytes();
                    break;
                case 17:
                    _granularity = header.Int64();
                    break;
                case 18:
                    _timeUnit = header.Int64();
                    break;
                case 19:
                    _latitudeOffset = header.Int64();
                    break;
                case 20:
                    _longitudeOffset = header.Int64();
                    break;
                default:
                    header.Skip();
                    break;
            }
        if (_granularity is < 1 or > 1_000_000_000)
            throw new InvalidDataException($"its granularity is {_granularity}");
        ReadStrings(table);
        var met = OsmKinds.None;
        var groups = new Protobuf(block);
        while (groups.Next())
            if (groups.Field == 2)
                met |= Group(groups.Bytes(), table, kinds, sink);
            else
                groups.Skip();
        return met;
    }

    private OsmKinds Group(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> table, OsmKinds kinds, OsmSink sink)
    {
        var met = OsmKinds.None;
        var group = new Protobuf(bytes);
        while (group.Next())
        {
            var kind = group.Field switch { 1 or 2 => OsmKinds.Nodes, 3 => OsmKinds.Ways, 4 => OsmKinds.Relations, _ => OsmKinds.None };
            met |= kind;
            if ((kind & kinds) == OsmKinds.None)
                group.Skip();
            else if (group.Field == 2)
                DenseNodes(group.Bytes(), table, sink);
            else
                Element(group.Bytes(), table, kind, sink);
        }
        return met;
    }

    /// <summary>A node, way or relation: all three have their id, keys, values and info in the same fields.</summary>
    private void Element(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> table, OsmKinds kind, OsmSink sink)
    {
        var (id, latitude, longitude) = (0L, 0L, 0L);
        ReadOnlySpan<byte> keys = default, values = default, info = default, refs = default, types = default;
        var element = new Protobuf(bytes);
        while (element.Next())
            switch ((element.Field, kind))
            {
                case (1, _):
                    id = kind == OsmKinds.Nodes ? Zigzag(element.Int64()) : element.Int64();
                    break;
                case (2, _):
                    keys = element.Bytes();
                    break;
                case (3, _):
                    values = element.Bytes();
                    break;
                case (4, _):
                    info = element.Bytes();
                    break;
                case (8, OsmKinds.Nodes):
                    latitude = Zigzag(element.Int64());
                    break;
                case (9, OsmKinds.Nodes):
                    longitude = Zigzag(element.Int64());
                    break;
                case (8, OsmKinds.Ways) or (9, OsmKinds.Relations):
                    refs = element.Bytes();
                    break;
                case (10, OsmKinds.Relations):
                    types = element.Bytes();
                    break;
                default:
                    element.Skip();
                    break;
            }
        if (sink.WantsTags)
            ReadTags(keys, values, info, table);
        else
            _tags.Clear();
        if (kind == OsmKinds.Nodes)
            sink.Node(id, Point(longitude, latitude), _tags);
        else if (kind == OsmKinds.Ways)
            sink.Way(id, Refs(refs), _tags);
        else
            sink.Relation(id, Members(refs, types), _tags);
    }

    private ReadOnlySpan<long> Refs(ReadOnlySpan<byte> packed)
    {
        _refs.ResetWrittenCount();
        var list = new Protobuf(packed);
        var reference = 0L;
        while (!list.AtEnd)
        {
            if (_refs.WrittenCount == MaximumNodesOfWay)
                throw new InvalidDataException($"a way has more than {MaximumNodesOfWay} nodes");
            reference = unchecked(reference + list.Signed());
            _refs.GetSpan(1)[0] = reference;
            _refs.Advance(1);
        }
        return _refs.WrittenSpan;
    }

    private ReadOnlySpan<OsmMember> Members(ReadOnlySpan<byte> packed, ReadOnlySpan<byte> types)
    {
        _members.ResetWrittenCount();
        Protobuf list = new(packed), kinds = new(types);
        var id = 0L;
        while (!list.AtEnd)
        {
            id = unchecked(id + list.Signed());
            _members.GetSpan(1)[0] = new(kinds.Varint() switch { 0 => OsmKinds.Nodes, 1 => OsmKinds.Ways, 2 => OsmKinds.Relations, _ => OsmKinds.None }, id);
            _members.Advance(1);
        }
        return _members.WrittenSpan;
    }

    private void DenseNodes(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> table, OsmSink sink)
    {
        ReadOnlySpan<byte> ids = default, info = default, latitudes = default, longitudes = default, tagged = default, times = default;
        var fields = new Protobuf(bytes);
        while (fields.Next())
            switch (fields.Field)
            {
                case 1:
                    ids = fields.Bytes();
                    break;
                case 5:
                    info = fields.Bytes();
                    break;
                case 8:
                    latitudes = fields.Bytes();
                    break;
                case 9:
                    longitudes = fields.Bytes();
                    break;
                case 10:
                    tagged = fields.Bytes();
                    break;
                default:
                    fields.Skip();
                    break;
            }
        var about = new Protobuf(info);
        while (about.Next())
            if (about.Field == 2)
                times = about.Bytes();
            else
                about.Skip();
        var (id, x, y, time) = (0L, 0L, 0L, 0L);
        Protobuf idList = new(ids), xs = new(longitudes), ys = new(latitudes), tags = new(tagged), timeList = new(times);
        while (!idList.AtEnd)
        {
            (id, x, y) = unchecked((id + idList.Signed(), x + xs.Signed(), y + ys.Signed()));
            if (!timeList.AtEnd)
                time = unchecked(time + timeList.Signed());
            _tags.Clear();
            if (sink.WantsTags)
                DenseTags(ref tags, table, time);
            sink.Node(id, Point(x, y), _tags);
        }
    }

    /// <summary>The pairs of one node up to the zero that ends them; a block in which no node has tags has no list at all.</summary>
    private void DenseTags(ref Protobuf tags, ReadOnlySpan<byte> table, long time)
    {
        var start = tags;
        var (isFeature, pairs) = (false, 0);
        while (!tags.AtEnd)
        {
            var key = tags.Varint();
            if (key == 0)
                break;
            isFeature |= IsFeatureKey(key);
            tags.Varint();
            pairs++;
        }
        if (!isFeature)
            return;
        for (; pairs > 0; pairs--)
            _tags.Add(Text(start.Varint(), table), Text(start.Varint(), table));
        _tags.ChangedAt = Time(time);
    }

    private void ReadTags(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, ReadOnlySpan<byte> info, ReadOnlySpan<byte> table)
    {
        _tags.Clear();
        var looking = new Protobuf(keys);
        var isFeature = false;
        while (!looking.AtEnd && !isFeature)
            isFeature = IsFeatureKey(looking.Varint());
        if (!isFeature)
            return;
        Protobuf keyList = new(keys), valueList = new(values), about = new(info);
        while (!keyList.AtEnd)
            _tags.Add(Text(keyList.Varint(), table), Text(valueList.Varint(), table));
        while (about.Next())
            if (about.Field == 2)
                _tags.ChangedAt = Time(about.Int64());
            else
                about.Skip();
    }

    private void ReadStrings(ReadOnlySpan<byte> table)
    {
        _strings.Clear();
        var list = new Protobuf(table);
        while (list.Next())
            if (list.Field == 1)
            {
                var text = list.Bytes();
                table.Overlaps(text, out var at); // of an empty text: 0
                _strings.Add((at, text.Length));
            }
            else
                list.Skip();
        if (_texts.Length < _strings.Count)
            (_texts, _isFeatureKey) = (new string?[_strings.Count], new bool[_strings.Count]);
        Array.Clear(_texts);
        for (var i = 0; i < _strings.Count; i++)
            _isFeatureKey[i] = _strings[i].Length is > 3 and < 20 && OsmFeatures.IsKey(table.Slice(_strings[i].At, _strings[i].Length));
    }

    private bool IsFeatureKey(ulong index) => index < (ulong)_strings.Count && _isFeatureKey[(int)index];

    private string Text(ulong index, ReadOnlySpan<byte> table)
    {
        if (index >= (ulong)_strings.Count)
            throw new InvalidDataException($"text {index} is not among its {_strings.Count}");
        return _texts[(int)index] ??= Encoding.UTF8.GetString(table.Slice(_strings[(int)index].At, _strings[(int)index].Length));
    }

    private OsmPoint? Point(long x, long y) =>
        Math.Abs((double)x) * _granularity > 1e12 || Math.Abs((double)y) * _granularity > 1e12 || Math.Abs((double)_longitudeOffset) > 1e12 || Math.Abs((double)_latitudeOffset) > 1e12
            ? null : OsmPoint.FromNano(_longitudeOffset + _granularity * x, _latitudeOffset + _granularity * y);

    private DateTime? Time(long time) => _timeUnit is > 0 and <= 1_000_000 && time is > 0 and < 100_000_000_000_000 ? OsmTags.Time(unchecked(time * _timeUnit)) : null;

    private static long Zigzag(long raw) => (long)((ulong)raw >> 1) ^ -(raw & 1);
}
