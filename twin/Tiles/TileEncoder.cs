namespace Plinth.Twin.Tiles;

/// <summary>Encodes a layer's tile as a Mapbox Vector Tile 2.1. Used by one thread at a time.</summary>
internal sealed class TileEncoder
{
    /// <summary>At this zoom and beyond nothing is left out that still has an area in whole units.</summary>
    private const int FullDetailZoom = 14;

    /// <summary>Smallest polygon before that, square units (a unit is an eighth of a pixel of a 512-pixel tile): a quarter of a pixel.</summary>
    private const double LeastArea = 16;

    private readonly List<int> _found = [];
    private readonly TileShape _shape = new();
    private readonly PbfWriter _layer = new(), _feature = new(), _tile = new();
    private readonly List<int> _usedKeys = [], _usedValues = [];
    private readonly List<uint> _tags = [];
    private int[] _keyAt = [], _valueAt = [];

    /// <summary>The tile's bytes, empty where it shows nothing.</summary>
    /// <param name="mostFeatures">A tile with more drops its smallest.</param>
    /// <param name="mostBytes">A larger one drops the smaller half of its features, until it fits.</param>
    public byte[] Encode(TileFeatures features, string layer, int zoom, int x, int y, int mostFeatures, int mostBytes)
    {
        var scale = (double)TileGrid.Extent * (1 << zoom);
        var (left, top, margin) = ((double)x * TileGrid.Extent, (double)y * TileGrid.Extent, TileGrid.Buffer);
        features.Find((left - margin) / scale, (top - margin) / scale, (left + TileGrid.Extent + margin) / scale, (top + TileGrid.Extent + margin) / scale, _found);
        if (zoom < FullDetailZoom)
            _found.RemoveAll(f => features.Areas[f] * scale * scale < LeastArea);
        var most = mostFeatures;
        while (true)
        {
            Limit(features, most);
            var written = Layer(features, layer, zoom, scale, left, top);
            if (written == 0)
                return [];
            if (_layer.Length <= mostBytes || _found.Count <= 1)
                break;
            most = _found.Count / 2;
        }
        _tile.Clear();
        _tile.Field(3, _layer.Written);
        return _tile.Written.ToArray();
    }

    private void Limit(TileFeatures features, int most)
    {
        if (_found.Count <= most)
            return;
        // The largest stay; among equals (points) the hash decides, so that neighbouring tiles and zooms agree.
        _found.Sort((a, b) => features.Areas[b].CompareTo(features.Areas[a]) is not 0 and var size ? size : features.Ids[a].CompareTo(features.Ids[b]));
        _found.RemoveRange(most, _found.Count - most);
        _found.Sort();
    }

    private int Layer(TileFeatures features, string layer, int zoom, double scale, double left, double top)
    {
        _layer.Clear();
        _layer.Field(15, 2);
        _layer.Field(1, layer);
        if (_keyAt.Length < features.Keys.Length)
            _keyAt = new int[features.Keys.Length];
        if (_valueAt.Length < features.Values.Length)
            _valueAt = new int[features.Values.Length];
        var written = 0;
        foreach (var feature in _found)
            if (_shape.Make(features, feature, scale, left, top, zoom < FullDetailZoom ? 2 : 0))
            {
                Write(features, feature);
                written++;
            }
        foreach (var key in _usedKeys)
        {
            _layer.Field(3, features.Keys[key]);
            _keyAt[key] = 0;
        }
        foreach (var value in _usedValues)
        {
            _layer.Field(4, features.Values[value]);
            _valueAt[value] = 0;
        }
        _usedKeys.Clear();
        _usedValues.Clear();
        _layer.Field(5, TileGrid.Extent);
        return written;
    }

    private void Write(TileFeatures features, int feature)
    {
        _tags.Clear();
        for (var tag = features.FirstTag[feature]; tag < features.FirstTag[feature + 1]; tag += 2)
        {
            _tags.Add(Local(_keyAt, _usedKeys, features.Tags[tag]));
            _tags.Add(Local(_valueAt, _usedValues, features.Tags[tag + 1]));
        }
        _feature.Clear();
        _feature.Field(1, features.Ids[feature]);
        _feature.Packed(2, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tags));
        _feature.Field(3, features.Kinds[feature]);
        _feature.Packed(4, _shape.Commands);
        _layer.Field(2, _feature.Written);
    }

    /// <summary>A number's place in the tile; 0 in the table means that it has none yet.</summary>
    private static uint Local(int[] places, List<int> used, int number)
    {
        if (places[number] == 0)
        {
            used.Add(number);
            places[number] = used.Count;
        }
        return (uint)(places[number] - 1);
    }
}
