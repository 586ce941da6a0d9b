using System.Text;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin;

/// <summary>The <c>ST_*</c> functions of SQL, with the names and the argument order of PostGIS and duckdb-spatial.</summary>
/// <remarks>
/// Geometry arguments may be BLOB (WKB), GEOMETRY, or text (WKT), in any mixture; geometry results are GEOMETRY. Coordinates are
/// longitude, latitude (OGC:CRS84). <c>ST_Distance</c>, <c>ST_Length</c>, <c>ST_Perimeter</c>, <c>ST_Area</c>, <c>ST_DWithin</c> and <c>ST_Buffer</c> count metres on
/// the WGS 84 ellipsoid, as PostGIS does for geography; the <c>ST_Planar…</c> ones count units of the coordinates, for what <c>ST_Transform</c> made.
/// Relations and constructions (<c>ST_Contains</c>, <c>ST_Intersection</c>, <c>ST_Centroid</c>, …) are planar, as for geometry everywhere. NULL gives NULL.
/// </remarks>
public static class SpatialSql
{
    /// <summary>Makes the functions callable in every connection of this connection's database. Repeating it changes nothing.</summary>
    public static void Register(SqlConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Constructors(connection);
        Outputs(connection);
        MeasuresOf(connection);
        foreach (var relation in Enum.GetValues<Relation>())
            Relate(connection, $"ST_{relation}", relation);
        Constructions(connection);
        Transforms(connection);
        MoreFunctions.Register(connection);
        Aggregates.Register(connection);
        CellFunctions.Register(connection);
        Joins.SpatialLayers.Register(connection);
    }

    private static void Constructors(SqlConnection connection)
    {
        connection.Register(new ScalarFunction("ST_Point", [SqlType.Double, SqlType.Double], SqlType.Geometry, (input, output) =>
        {
            var x = input[0].Values<double>();
            var y = input[1].Values<double>();
            Span<byte> wkb = stackalloc byte[21];
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                Wkb.WritePoint(wkb, x[row], y[row]);
                output.SetBytes(row, wkb);
            }
        }));
        Plain(connection, "ST_MakeEnvelope", [SqlType.Double, SqlType.Double, SqlType.Double, SqlType.Double], SqlType.Geometry, (input, row) =>
            Wkb.Write(new GeometryFactory().ToGeometry(new Envelope(
                input[0].Values<double>()[row], input[2].Values<double>()[row], input[1].Values<double>()[row], input[3].Values<double>()[row]))));
        Plain(connection, "ST_GeomFromText", [SqlType.Varchar], SqlType.Geometry, (input, row) => Wkb.Write(Wkb.FromText(SqlGeometry.Text(input[0], row))));
        Plain(connection, "ST_GeomFromWKB", [SqlType.Blob], SqlType.Geometry, (input, row) => Wkb.Normalise(input[0].Bytes(row)));
        Plain(connection, "ST_GeomFromGeoJSON", [SqlType.Varchar], SqlType.Geometry, (input, row) => Wkb.Write(GeoJson.Read(input[0].Bytes(row))));
    }

    private static void Outputs(SqlConnection connection)
    {
        foreach (var name in (string[])["ST_AsText", "ST_AsWKT"])
            OfOne(connection, name, SqlType.Varchar, wkb => Encoding.UTF8.GetBytes(Wkb.ToText(Wkb.Read(wkb))));
        foreach (var name in (string[])["ST_AsWKB", "ST_AsBinary"])
            OfOne(connection, name, SqlType.Blob, Wkb.Normalise);
        OfOne(connection, "ST_AsGeoJSON", SqlType.Varchar, wkb => GeoJson.Write(Wkb.Read(wkb)));
        OfOne(connection, "ST_GeometryType", SqlType.Varchar, wkb => Encoding.UTF8.GetBytes($"ST_{WkbShape.Read(wkb).Type}"));
        SqlGeometry.Truth(connection, "ST_IsValid", wkb => Wkb.Read(wkb).IsValid);
        SqlGeometry.Truth(connection, "ST_IsEmpty", wkb => WkbShape.Read(wkb).IsEmpty);
    }

    private static void MeasuresOf(SqlConnection connection)
    {
        SqlGeometry.Number(connection, "ST_X", wkb => Ordinate(wkb, first: true));
        SqlGeometry.Number(connection, "ST_Y", wkb => Ordinate(wkb, first: false));
        SqlGeometry.Number(connection, "ST_Area", wkb => Measures.Area(wkb));
        SqlGeometry.Number(connection, "ST_Length", wkb => Measures.Length(wkb));
        SqlGeometry.Number(connection, "ST_Perimeter", wkb => Measures.Perimeter(wkb));
        SqlGeometry.Number(connection, "ST_PlanarArea", wkb => Measures.PlanarArea(wkb));
        SqlGeometry.Number(connection, "ST_PlanarLength", wkb => Measures.PlanarLength(wkb));
        Between(connection, "ST_Distance", Distance);
        Between(connection, "ST_PlanarDistance", (a, b) => Wkb.Read(a) is { IsEmpty: false } left && Wkb.Read(b) is { IsEmpty: false } right ? left.Distance(right) : null);
        SqlGeometry.Register(connection, "ST_DWithin", 2, [SqlType.Double], SqlType.Boolean, (input, output) =>
        {
            var a = input[0];
            var b = input[1];
            var metres = input[2].Values<double>();
            var values = output.Values<bool>();
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                try
                {
                    values[row] = IsWithin(SqlGeometry.Wkb(a, row), SqlGeometry.Wkb(b, row), metres[row]);
                }
                catch (Exception e) when (SqlGeometry.IsBadInput(e))
                {
                    throw SqlGeometry.Failure("ST_DWithin", row, input.Count, e);
                }
            }
        });
    }

    private static void Constructions(SqlConnection connection)
    {
        OfOne(connection, "ST_Centroid", SqlType.Geometry, wkb => Wkb.Write(Wkb.Read(wkb).Centroid));
        OfOne(connection, "ST_PointOnSurface", SqlType.Geometry, wkb => Wkb.Write(Wkb.Read(wkb).PointOnSurface));
        OfOne(connection, "ST_ConvexHull", SqlType.Geometry, wkb => Wkb.Write(Wkb.Read(wkb).ConvexHull()));
        OfOne(connection, "ST_Envelope", SqlType.Geometry, wkb => Wkb.Write(Wkb.Read(wkb).Envelope));
        OfOne(connection, "ST_MakeValid", SqlType.Geometry, wkb => Wkb.Write(GeometryFixer.Fix(Wkb.Read(wkb))));
        SqlGeometry.Register(connection, "ST_Buffer", 1, [SqlType.Double], SqlType.Geometry, SqlGeometry.Each("ST_Buffer", (input, row) =>
            Wkb.Write(MetricFrame.Buffer(Wkb.Read(SqlGeometry.Wkb(input[0], row)), input[1].Values<double>()[row]))));
    }

    private static void Transforms(SqlConnection connection)
    {
        SqlGeometry.Register(connection, "ST_Transform", 1, [SqlType.Varchar, SqlType.Varchar], SqlType.Geometry, SqlGeometry.Each("ST_Transform", (input, row) =>
            Transform(SqlGeometry.Wkb(input[0], row), SqlGeometry.Text(input[1], row), SqlGeometry.Text(input[2], row))));
        SqlGeometry.Register(connection, "ST_Transform", 1, [SqlType.Varchar], SqlType.Geometry, SqlGeometry.Each("ST_Transform", (input, row) =>
            Transform(SqlGeometry.Wkb(input[0], row), "OGC:CRS84", SqlGeometry.Text(input[1], row))));
    }

    private static byte[] Transform(ReadOnlySpan<byte> wkb, string from, string to)
    {
        var geometry = Wkb.Read(wkb).Copy();
        geometry.Apply(new CrsFilter(from, to));
        return Wkb.Write(geometry);
    }

    private static double? Ordinate(ReadOnlySpan<byte> wkb, bool first) =>
        !WkbShape.TryReadPoint(wkb, out var x, out var y) ? throw new ArgumentException($"the geometry is a {WkbShape.Read(wkb).Type}, not a Point; ST_Centroid makes one of it")
        : double.IsNaN(x) ? null : first ? x : y;

    private static double? Distance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (WkbShape.TryReadPoint(a, out var ax, out var ay) && WkbShape.TryReadPoint(b, out var bx, out var by))
        {
            if (double.IsNaN(ax) || double.IsNaN(bx))
                return null;
            Measures.RequireDegrees(new WkbShape(WkbType.Point, 2, Math.Min(ax, bx), Math.Min(ay, by), Math.Max(ax, bx), Math.Max(ay, by)));
            return Geodesic.Distance(ax, ay, bx, by);
        }
        var (shapeA, shapeB) = (WkbShape.Read(a), WkbShape.Read(b));
        Measures.RequireDegrees(shapeA);
        Measures.RequireDegrees(shapeB);
        return shapeA.IsEmpty || shapeB.IsEmpty ? null : GeodesicDistance.Between(Wkb.Read(a), Wkb.Read(b));
    }

    private static bool IsWithin(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, double metres)
    {
        var (shapeA, shapeB) = (WkbShape.Read(a), WkbShape.Read(b));
        // A degree of latitude is nowhere shorter than 110,574 m.
        if (!shapeA.IsEmpty && !shapeB.IsEmpty && Math.Max(shapeA.MinY - shapeB.MaxY, shapeB.MinY - shapeA.MaxY) * 110_574 > metres)
            return false;
        return Distance(a, b) is { } distance && distance <= metres;
    }

    private static void Relate(SqlConnection connection, string name, Relation relation) =>
        SqlGeometry.Register(connection, name, 2, [], SqlType.Boolean, (input, output) =>
        {
            var a = input[0];
            var b = input[1];
            var values = output.Values<bool>();
            var relations = Relations.Own;
            var (staysA, staysB) = (a.Kind != SqlType.Varchar, b.Kind != SqlType.Varchar);
            relations.BeginBlock();
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                try
                {
                    values[row] = relations.Holds(relation, SqlGeometry.Wkb(a, row), SqlGeometry.Wkb(b, row), staysA, staysB);
                }
                catch (Exception e) when (SqlGeometry.IsBadInput(e))
                {
                    throw SqlGeometry.Failure(name, row, input.Count, e);
                }
            }
        });

    private delegate double? OfPair(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b);

    private static void Between(SqlConnection connection, string name, OfPair of) =>
        SqlGeometry.Register(connection, name, 2, [], SqlType.Double, (input, output) =>
        {
            var a = input[0];
            var b = input[1];
            var values = output.Values<double>();
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                try
                {
                    if (of(SqlGeometry.Wkb(a, row), SqlGeometry.Wkb(b, row)) is { } value)
                        values[row] = value;
                    else
                        output.SetNull(row);
                }
                catch (Exception e) when (SqlGeometry.IsBadInput(e))
                {
                    throw SqlGeometry.Failure(name, row, input.Count, e);
                }
            }
        });

    private static void OfOne(SqlConnection connection, string name, SqlType returns, SqlGeometry.OfOne<byte[]> of) =>
        SqlGeometry.Register(connection, name, 1, [], returns, SqlGeometry.Each(name, (input, row) => of(SqlGeometry.Wkb(input[0], row))));

    private static void Plain(SqlConnection connection, string name, SqlType[] parameters, SqlType returns, SqlGeometry.Bytes of) =>
        connection.Register(new ScalarFunction(name, parameters, returns, SqlGeometry.Each(name, of)));
}
