using NetTopologySuite.Geometries;

namespace Plinth.Twin;

/// <summary>Constructions in metres: in a transverse Mercator plane about the geometry itself, true to 0.01 % within 90 km of its middle.</summary>
internal static class MetricFrame
{
    /// <summary>Everything within <paramref name="metres"/> of a geometry; a quarter circle has 8 sides. A negative distance shrinks polygons.</summary>
    public static Geometry Buffer(Geometry geometry, double metres)
    {
        if (geometry.IsEmpty)
            return Polygon.Empty;
        var box = geometry.EnvelopeInternal;
        Measures.RequireDegrees(new WkbShape(WkbType.Polygon, 4, box.MinX, box.MinY, box.MaxX, box.MaxY));
        var frame = new TransverseMercator(new("frame", "projected", 0, ""), Ellipsoid.Wgs84, box.Centre.X, 1, 0);
        var plane = geometry.Copy();
        plane.Apply(new CrsFilter(Crs84, frame, "a metric frame about its middle"));
        var buffer = plane.Buffer(metres);
        buffer.Apply(new CrsFilter(frame, Crs84, "OGC:CRS84"));
        return buffer;
    }

    private static CoordinateSystem Crs84 { get; } = Coordinates.Require("OGC:CRS84");
}

/// <summary>Converts a geometry's coordinates in place; Z stays.</summary>
internal sealed class CrsFilter(CoordinateSystem from, CoordinateSystem to, string target) : IEntireCoordinateSequenceFilter
{
    public CrsFilter(string from, string to) : this(Coordinates.Require(from), Coordinates.Require(to), to) { }

    public bool Done => false;

    public bool GeometryChanged => true;

    public void Filter(CoordinateSequence sequence)
    {
        for (var i = 0; i < sequence.Count; i++)
        {
            var (x, y) = Coordinates.Convert(from, to, sequence.GetX(i), sequence.GetY(i));
            if (double.IsNaN(x))
                throw new ArgumentException($"({sequence.GetX(i)}, {sequence.GetY(i)}) in {from.Info.Name} has no position in {target}");
            sequence.SetOrdinate(i, 0, x);
            sequence.SetOrdinate(i, 1, y);
        }
    }
}
