namespace Plinth.Ingestion.Base.Osm;

/// <summary>Positions of the nodes that a chunk of ways needs: 16 bytes a node, filled by one scan of the file.</summary>
internal sealed class OsmNodeTable : OsmSink
{
    private readonly long[] _ids;
    private readonly int[] _x;
    private readonly int[] _y;
    private int _near;

    private const int Missing = int.MinValue;

    /// <inheritdoc/>
    public override bool WantsTags => false;

    public OsmNodeTable(IEnumerable<long[]> ways)
    {
        var ids = new List<long>();
        foreach (var way in ways)
            ids.AddRange(way);
        ids.Sort();
        var count = 0;
        for (var i = 0; i < ids.Count; i++)
            if (i == 0 || ids[i] != ids[i - 1])
                ids[count++] = ids[i];
        ids.RemoveRange(count, ids.Count - count);
        _ids = [.. ids];
        _x = new int[count];
        _y = new int[count];
        Array.Fill(_x, Missing);
    }

    public bool IsEmpty => _ids.Length == 0;

    /// <inheritdoc/>
    public override void Node(long id, OsmPoint? at, OsmTags tags)
    {
        // Files are nearly always sorted by id: the next one is then near the last one.
        if (_near < _ids.Length && _ids[_near] < id)
        {
            for (var steps = 0; steps < 32 && _near < _ids.Length && _ids[_near] < id; steps++)
                _near++;
            if (_near < _ids.Length && _ids[_near] < id)
                _near = Find(id, _near);
        }
        else if (_near > 0 && _ids[_near - 1] >= id)
        {
            _near = Find(id, 0);
        }
        if (_near < _ids.Length && _ids[_near] == id && at is { } point)
            (_x[_near], _y[_near]) = (point.X, point.Y);
    }

    /// <summary>The positions of a way's nodes; null, and how many are not there, where any is missing.</summary>
    public Position[]? Line(long[] nodes, out int missing)
    {
        var line = new Position[nodes.Length];
        missing = 0;
        for (var i = 0; i < nodes.Length; i++)
            if (Array.BinarySearch(_ids, nodes[i]) is >= 0 and var at && _x[at] != Missing)
                line[i] = new OsmPoint(_x[at], _y[at]).ToPosition();
            else
                missing++;
        return missing == 0 ? line : null;
    }

    private int Find(long id, int from) => Array.BinarySearch(_ids, from, _ids.Length - from, id) is var at && at < 0 ? ~at : at;
}
