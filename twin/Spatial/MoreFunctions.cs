using NetTopologySuite.Algorithm;
using NetTopologySuite.Geometries;
using NetTopologySuite.LinearReferencing;
using NetTopologySuite.Operation.Distance;
using NetTopologySuite.Operation.Linemerge;
using NetTopologySuite.Operation.Overlay;
using NetTopologySuite.Operation.Polygonize;
using NetTopologySuite.Precision;
using NetTopologySuite.Simplify;
using NetTopologySuite.Triangulate;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin;

/// <summary>The wider part of the <c>ST_*</c> set: accessors, editors, processing, line reference. Names, arguments and results as PostGIS has them for geometry.</summary>
internal static class MoreFunctions
{
    public static void Register(SqlConnection connection)
    {
        Accessors(connection);
        Editors(connection);
        Processing(connection);
        LineReference(connection);
    }

    private static void Accessors(SqlConnection connection)
    {
        SqlGeometry.Whole(connection, "ST_NPoints", g => g.NumPoints);
        SqlGeometry.Whole(connection, "ST_NumGeometries", g => g is not GeometryCollection && g.IsEmpty ? 0 : g.NumGeometries);
        SqlGeometry.Whole(connection, "ST_NumInteriorRings", g => g is Polygon p ? p.NumInteriorRings : null);
        SqlGeometry.Whole(connection, "ST_NumPoints", g => g is LineString l ? l.NumPoints : null);
        SqlGeometry.Whole(connection, "ST_Dimension", g => (int)g.Dimension < 0 ? 0 : (int)g.Dimension);
        SqlGeometry.Number(connection, "ST_XMin", wkb => WkbShape.Read(wkb) is { IsEmpty: false } s ? s.MinX : null);
        SqlGeometry.Number(connection, "ST_XMax", wkb => WkbShape.Read(wkb) is { IsEmpty: false } s ? s.MaxX : null);
        SqlGeometry.Number(connection, "ST_YMin", wkb => WkbShape.Read(wkb) is { IsEmpty: false } s ? s.MinY : null);
        SqlGeometry.Number(connection, "ST_YMax", wkb => WkbShape.Read(wkb) is { IsEmpty: false } s ? s.MaxY : null);
        SqlGeometry.Number(connection, "ST_Z", wkb => Wkb.Read(wkb) is Point { IsEmpty: false } p ? double.IsNaN(p.Z) ? null : p.Z
            : Wkb.Read(wkb) is Point ? null : throw new ArgumentException($"the geometry is a {WkbShape.Read(wkb).Type}, not a Point"));
        SqlGeometry.Truth(connection, "ST_IsClosed", wkb => Wkb.Read(wkb) switch { { IsEmpty: true } => false, LineString l => l.IsClosed, MultiLineString m => m.IsClosed, _ => true });
        SqlGeometry.Truth(connection, "ST_IsSimple", wkb => Wkb.Read(wkb).IsSimple);
        SqlGeometry.Truth(connection, "ST_IsRing", wkb => Wkb.Read(wkb) is LineString { IsRing: true });
        SqlGeometry.Of(connection, "ST_StartPoint", g => g.IsEmpty ? null : g.Factory.CreatePoint(g.Coordinate.Copy()));
        SqlGeometry.Of(connection, "ST_EndPoint", g => g is LineString { IsEmpty: false } l ? l.EndPoint : null);
        SqlGeometry.Of(connection, "ST_ExteriorRing", g => g is Polygon p ? Line(p.ExteriorRing) : null);
        SqlGeometry.Of(connection, "ST_Boundary", g => g.IsEmpty && g is GeometryCollection ? g : g.Boundary);
        SqlGeometry.Numbered(connection, "ST_GeometryN", (g, n) => n >= 1 && n <= g.NumGeometries && (g is GeometryCollection || !g.IsEmpty) ? g.GetGeometryN(n - 1) : null);
        SqlGeometry.Numbered(connection, "ST_InteriorRingN", (g, n) => g is Polygon p && n >= 1 && n <= p.NumInteriorRings ? Line(p.GetInteriorRingN(n - 1)) : null);
        SqlGeometry.Numbered(connection, "ST_PointN", (g, n) => g is LineString l && (n < 0 ? n + l.NumPoints : n - 1) is var i && i >= 0 && i < l.NumPoints ? l.GetPointN(i) : null);
        Dump(connection, "ST_Dump", Parts);
        Dump(connection, "ST_DumpPoints", g => g.Coordinates.Select(c => (Geometry)g.Factory.CreatePoint(c.Copy())));
    }

    private static void Editors(SqlConnection connection)
    {
        SqlGeometry.Of(connection, "ST_FlipCoordinates", g => Moved(g, (x, y) => (y, x)));
        SqlGeometry.Of(connection, "ST_Reverse", g => g.Reverse());
        SqlGeometry.Of(connection, "ST_Normalize", g => g.Normalized());
        SqlGeometry.Of(connection, "ST_Force2D", g => Wkb.Read(Flat(g)));
        SqlGeometry.Of(connection, "ST_Multi", g => g is GeometryCollection ? g : Aggregates.Collect([g]));
        SqlGeometry.Measured(connection, "ST_ReducePrecision", (g, size) => size > 0
            ? GeometryPrecisionReducer.Reduce(g, new PrecisionModel(1 / size)) : g);
        Register(connection, "ST_Translate", 1, [SqlType.Double, SqlType.Double], (input, row) =>
            Number(input, 1, row) is var dx && Number(input, 2, row) is var dy ? Moved(Read(input, 0, row), (x, y) => (x + dx, y + dy)) : null);
        Register(connection, "ST_Scale", 1, [SqlType.Double, SqlType.Double], (input, row) =>
            Number(input, 1, row) is var byX && Number(input, 2, row) is var byY ? Moved(Read(input, 0, row), (x, y) => (x * byX, y * byY)) : null);
        connection.Register(new ScalarFunction("ST_MakePoint", [SqlType.Double, SqlType.Double, SqlType.Double], SqlType.Geometry, SqlGeometry.Each("ST_MakePoint", (input, row) =>
            Wkb.Write(new Point(Number(input, 0, row), Number(input, 1, row), Number(input, 2, row))))));
        Register(connection, "ST_MakeLine", 2, [], (input, row) => new GeometryFactory().CreateLineString([.. Read(input, 0, row).Coordinates, .. Read(input, 1, row).Coordinates]));
        SqlGeometry.Of(connection, "ST_MakePolygon", g => g is LineString { IsClosed: true } line ? g.Factory.CreatePolygon(g.Factory.CreateLinearRing(line.CoordinateSequence))
            : throw new ArgumentException($"the shell must be a closed LineString; it is a {g.GeometryType}{(g is LineString ? " that is open" : "")}"));
        Register(connection, "ST_Collect", 2, [], (input, row) => Aggregates.Collect([Read(input, 0, row), Read(input, 1, row)]));
        SqlGeometry.Numbered(connection, "ST_CollectionExtract", (g, kind) => kind is >= 1 and <= 3
            ? Extract(g, kind) : throw new ArgumentException($"the kind is {kind}; it must be 1 (points), 2 (lines) or 3 (polygons)"));
    }

    private static void Processing(SqlConnection connection)
    {
        foreach (var (name, function) in new[] { ("ST_Intersection", SpatialFunction.Intersection), ("ST_Union", SpatialFunction.Union), ("ST_Difference", SpatialFunction.Difference), ("ST_SymDifference", SpatialFunction.SymDifference) })
            Register(connection, name, 2, [], (input, row) => Overlays.Of(Read(input, 0, row), Read(input, 1, row), function));
        SqlGeometry.Of(connection, "ST_UnaryUnion", g => NetTopologySuite.Operation.OverlayNG.OverlayNGRobust.Union(g));
        SqlGeometry.Measured(connection, "ST_Simplify", (g, tolerance) => DouglasPeuckerSimplifier.Simplify(g, tolerance) is var s && s.IsEmpty && !g.IsEmpty ? null : DouglasPeuckerSimplifier.Simplify(g, tolerance));
        SqlGeometry.Measured(connection, "ST_SimplifyPreserveTopology", (g, tolerance) => g.IsEmpty ? g : TopologyPreservingSimplifier.Simplify(g, tolerance));
        SqlGeometry.Measured(connection, "ST_PlanarBuffer", (g, distance) => g.Buffer(distance));
        SqlGeometry.Measured(connection, "ST_Segmentize", (g, length) => length > 0 ? NetTopologySuite.Densify.Densifier.Densify(g, length) : throw new ArgumentException($"the longest segment is {length}; it must be above 0"));
        SqlGeometry.Of(connection, "ST_LineMerge", g =>
        {
            var merger = new LineMerger();
            merger.Add(g);
            return g.Factory.BuildGeometry(merger.GetMergedLineStrings());
        });
        SqlGeometry.Of(connection, "ST_Polygonize", g =>
        {
            var polygonizer = new Polygonizer();
            polygonizer.Add(g);
            return g.Factory.CreateGeometryCollection([.. polygonizer.GetPolygons()]);
        });
        SqlGeometry.Of(connection, "ST_Node", LineNodes.Of);
        SqlGeometry.Of(connection, "ST_MinimumRotatedRectangle", g => MinimumDiameter.GetMinimumRectangle(g));
        SqlGeometry.Of(connection, "ST_OrientedEnvelope", g => MinimumDiameter.GetMinimumRectangle(g));
        SqlGeometry.Of(connection, "ST_VoronoiPolygons", g =>
        {
            var builder = new VoronoiDiagramBuilder();
            builder.SetSites(g);
            var box = g.EnvelopeInternal.Copy();
            box.ExpandBy(Math.Max(box.Width, box.Height)); // as GEOS: half as much on each side as it is wide, and room for it
            builder.ClipEnvelope = box;
            return builder.GetDiagram(g.Factory);
        });
        SqlGeometry.Of(connection, "ST_DelaunayTriangles", Delaunay.Of);
        Register(connection, "ST_Split", 2, [], (input, row) => Split(Read(input, 0, row), Read(input, 1, row)));
        Register(connection, "ST_ShortestLine", 2, [], (input, row) => Read(input, 0, row) is { IsEmpty: false } a && Read(input, 1, row) is { IsEmpty: false } b
            ? a.Factory.CreateLineString(DistanceOp.NearestPoints(a, b)) : null);
        Register(connection, "ST_ClosestPoint", 2, [], (input, row) => Read(input, 0, row) is { IsEmpty: false } a && Read(input, 1, row) is { IsEmpty: false } b
            ? a.Factory.CreatePoint(DistanceOp.NearestPoints(a, b)[0]) : null);
    }

    private static void LineReference(SqlConnection connection)
    {
        SqlGeometry.Measured(connection, "ST_LineInterpolatePoint", (g, fraction) =>
        {
            var line = OneLine(g);
            return line.Factory.CreatePoint(new LengthIndexedLine(line).ExtractPoint(Fraction(fraction) * line.Length));
        });
        SqlGeometry.Register(connection, "ST_LineLocatePoint", 2, [], SqlType.Double, (input, output) =>
        {
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                try
                {
                    var line = OneLine(Read(input, 0, row));
                    output.Values<double>()[row] = Read(input, 1, row) is Point { IsEmpty: false } point ? line.Length > 0 ? new LengthIndexedLine(line).Project(point.Coordinate) / line.Length : 0
                        : throw new ArgumentException("the second geometry must be a point");
                }
                catch (Exception e) when (SqlGeometry.IsBadInput(e))
                {
                    throw SqlGeometry.Failure("ST_LineLocatePoint", row, input.Count, e);
                }
            }
        });
        Register(connection, "ST_LineSubstring", 1, [SqlType.Double, SqlType.Double], (input, row) =>
        {
            var line = OneLine(Read(input, 0, row));
            var (from, to) = (Fraction(Number(input, 1, row)), Fraction(Number(input, 2, row)));
            if (from > to)
                throw new ArgumentException($"the part begins at {from} and ends at {to}: it must not begin after its end");
            return from == to ? line.Factory.CreatePoint(new LengthIndexedLine(line).ExtractPoint(from * line.Length)) : new LengthIndexedLine(line).ExtractLine(from * line.Length, to * line.Length);
        });
    }

    private static LineString OneLine(Geometry g) => g is LineString { IsEmpty: false } line ? line
        : throw new ArgumentException($"line reference takes one LineString, not a {(g.IsEmpty ? "empty " : "")}{g.GeometryType}; ST_LineMerge may make one of several");

    private static double Fraction(double fraction) => fraction is >= 0 and <= 1 ? fraction : throw new ArgumentException($"the fraction is {fraction}; it must be 0 to 1");

    private static Geometry Split(Geometry a, Geometry blade)
    {
        if (a.Dimension == Dimension.Curve)
        {
            var rest = OverlayLines(a, blade);
            return a.Factory.CreateGeometryCollection([.. Parts(rest)]);
        }
        if (a.Dimension != Dimension.Surface || blade.Dimension != Dimension.Curve)
            throw new ArgumentException($"a {a.GeometryType} is not split by a {blade.GeometryType}: a line is split by points, lines or polygons, a polygon by lines");
        var polygonizer = new Polygonizer();
        polygonizer.Add(NetTopologySuite.Operation.OverlayNG.OverlayNGRobust.Overlay(a.Boundary, blade, SpatialFunction.Union));
        return a.Factory.CreateGeometryCollection([.. polygonizer.GetPolygons().Where(p => a.Contains(p.InteriorPoint))]);
    }

    /// <summary>A line cut where the blade meets it; points cut too, which an overlay would not do.</summary>
    private static Geometry OverlayLines(Geometry line, Geometry blade)
    {
        var border = blade.Dimension == Dimension.Surface ? blade.Boundary : blade;
        var meeting = border.Dimension == Dimension.Point ? border : OverlayNGPoints(line, border);
        var parts = new List<Geometry>();
        foreach (var part in Parts(line))
        {
            var indexed = new LengthIndexedLine(part);
            var cuts = meeting.Coordinates.Where(c => new Point(c).Distance(part) < 1e-12).Select(indexed.Project).Append(0).Append(part.Length).Distinct().Order().ToList();
            for (var i = 1; i < cuts.Count; i++)
                parts.Add(indexed.ExtractLine(cuts[i - 1], cuts[i]));
        }
        return line.Factory.BuildGeometry(parts);
    }

    private static Geometry OverlayNGPoints(Geometry a, Geometry b) => Overlays.Of(a, b, SpatialFunction.Intersection) is { Dimension: Dimension.Point or Dimension.False } points ? points
        : throw new ArgumentException("the blade runs along the line; ST_Difference takes that part away");

    private static Geometry Extract(Geometry g, int kind)
    {
        var parts = Parts(g).Where(p => (int)p.Dimension == kind - 1 && !p.IsEmpty).ToList();
        return parts.Count == 1 && g is not GeometryCollection ? parts[0] : kind switch
        {
            1 => g.Factory.CreateMultiPoint([.. parts.Cast<Point>()]),
            2 => g.Factory.CreateMultiLineString([.. parts.Cast<LineString>()]),
            _ => g.Factory.CreateMultiPolygon([.. parts.Cast<Polygon>()]),
        };
    }

    private static IEnumerable<Geometry> Parts(Geometry g) => g is GeometryCollection all ? all.Geometries.SelectMany(Parts) : [g];

    /// <summary>A list of (path, geom): <c>SELECT id, unnest(ST_Dump(geom), recursive := true)</c> gives a row each.</summary>
    private static void Dump(SqlConnection connection, string name, Func<Geometry, IEnumerable<Geometry>> of)
    {
        foreach (var form in (SqlType[])[SqlType.Geometry, SqlType.Blob, SqlType.Varchar])
            connection.Register(new ScalarFunction(name, [form], SqlType.Other, (input, output) =>
            {
                for (var row = 0; row < input.Count; row++)
                {
                    if (input.IsNull(row))
                        continue;
                    try
                    {
                        var parts = of(Read(input, 0, row)).Where(p => !p.IsEmpty).Select(Wkb.Write).ToList();
                        var rows = output.SetRows(row, parts.Count);
                        for (var i = 0; i < parts.Count; i++)
                        {
                            rows.Values<int>(0)[i] = i + 1;
                            rows.SetBytes(1, i, parts[i]);
                        }
                    }
                    catch (Exception e) when (SqlGeometry.IsBadInput(e))
                    {
                        throw SqlGeometry.Failure(name, row, input.Count, e);
                    }
                }
            })
            { Fields = [("path", SqlType.Integer), ("geom", SqlType.Geometry)] });
    }

    private static LineString Line(LineString ring) => ring.Factory.CreateLineString(ring.CoordinateSequence);

    private static byte[] Flat(Geometry g)
    {
        var copy = g.Copy();
        copy.Apply(new DropZ());
        return Wkb.Write(copy);
    }

    private static Geometry Moved(Geometry g, Func<double, double, (double X, double Y)> to)
    {
        var copy = g.Copy();
        copy.Apply(new Mover(to));
        return copy;
    }

    private static Geometry Read(FunctionInput input, int argument, int row) => Wkb.Read(SqlGeometry.Wkb(input[argument], row));

    private static double Number(FunctionInput input, int argument, int row) => input[argument].Values<double>()[row];

    private delegate Geometry? Making(FunctionInput input, int row);

    private static void Register(SqlConnection connection, string name, int geometries, SqlType[] others, Making of) =>
        SqlGeometry.Register(connection, name, geometries, others, SqlType.Geometry, SqlGeometry.Each(name, (input, row) => of(input, row) is { } made ? Wkb.Write(made) : null));

    private sealed class Mover(Func<double, double, (double X, double Y)> to) : IEntireCoordinateSequenceFilter
    {
        public bool Done => false;

        public bool GeometryChanged => true;

        public void Filter(CoordinateSequence sequence)
        {
            for (var i = 0; i < sequence.Count; i++)
            {
                var (x, y) = to(sequence.GetX(i), sequence.GetY(i));
                sequence.SetX(i, x);
                sequence.SetY(i, y);
            }
        }
    }

    private sealed class DropZ : IEntireCoordinateSequenceFilter
    {
        public bool Done => false;

        public bool GeometryChanged => true;

        public void Filter(CoordinateSequence sequence)
        {
            for (var i = 0; i < sequence.Count && sequence.HasZ; i++)
                sequence.SetZ(i, double.NaN);
        }
    }
}
