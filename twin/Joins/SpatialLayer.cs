using System.Text;

namespace Plinth.Twin.Joins;

/// <summary>Things with an id and a geometry, and the indexes over them. Never changes once made: a newer state is another layer in its place.</summary>
internal sealed class SpatialLayer
{
    private readonly Lazy<RegionGrid> _grid;
    private readonly Lazy<BoxTree> _tree;

    /// <param name="wkb">Well-formed WKB in OGC:CRS84, one for each id.</param>
    public SpatialLayer(string name, Packed ids, Packed wkb)
    {
        (Name, Ids, Geometry) = (name, ids, wkb);
        _grid = new(() => RegionGridBuilder.Build(wkb));
        _tree = new(MakeTree);
    }

    public string Name { get; }

    public int Count => Ids.Count;

    /// <summary>UTF-8.</summary>
    public Packed Ids { get; }

    public Packed Geometry { get; }

    public RegionGrid Grid => _grid.Value;

    public BoxTree Tree => _tree.Value;

    /// <summary>From rows (id, geometry as WKB); those without geometry are left out. Their order is the layer's, which decides where regions compete.</summary>
    /// <exception cref="ArgumentException">A row has no id, or a geometry that is no WKB or not longitude, latitude: which, and what is wrong.</exception>
    public static SpatialLayer Of(string name, IEnumerable<(object? Id, byte[]? Wkb)> rows)
    {
        var (ids, geometry, row) = (new Packed(), new Packed(), 0);
        foreach (var (id, wkb) in rows)
        {
            row++;
            if (id is null)
                throw new ArgumentException($"Row {row} of layer '{name}' has no id.");
            if (wkb is null)
                continue;
            try
            {
                Measures.RequireDegrees(WkbShape.Read(wkb));
                geometry.Add(Wkb.Normalise(wkb));
            }
            catch (Exception e) when (SqlGeometry.IsBadInput(e))
            {
                throw new ArgumentException($"Row {row} of layer '{name}' (id {id}): {e.Message}", e);
            }
            ids.Add(Encoding.UTF8.GetBytes(Convert.ToString(id, System.Globalization.CultureInfo.InvariantCulture)!));
        }
        return new(name, ids, geometry);
    }

    private BoxTree MakeTree()
    {
        var (boxes, items) = (new List<Box>(Count), new List<int>(Count));
        for (var i = 0; i < Count; i++)
        {
            var shape = WkbShape.Read(Geometry[i]);
            if (shape.IsEmpty)
                continue;
            boxes.Add(Box.Of(shape));
            items.Add(i);
        }
        return new([.. boxes], [.. items]);
    }
}
