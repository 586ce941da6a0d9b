using System.Globalization;
using System.Text;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Derivation;

/// <summary>Functions that derivation needs in SQL beside <c>ST_*</c>. Geometry is WKB in OGC:CRS84; nothing is kept between calls.</summary>
internal static class TwinFunctions
{
    private const SqlType Blob = SqlType.Blob;
    private const SqlType Number = SqlType.Double;

    public static void Register(SqlConnection connection)
    {
        // Ground that a photo sees: longitude, latitude, height over ground, yaw, pitch, roll, focal length in pixels, width, height.
        connection.Register(new ScalarFunction("twin_view_footprint",
            [Number, Number, Number, Number, Number, Number, Number, SqlType.Integer, SqlType.Integer], Blob, ViewFootprint));
        // The same with a geometry and its height: the pixel box in which it appears, as "u1 v1 u2 v2", or NULL.
        connection.Register(new ScalarFunction("twin_pixel_box",
            [Number, Number, Number, Number, Number, Number, Number, SqlType.Integer, SqlType.Integer, Blob, Number], SqlType.Varchar, PixelBox));
        // Convex hull of geometries, given as hexadecimal WKB with commas between.
        connection.Register(new ScalarFunction("twin_hull", [SqlType.Varchar], Blob, (input, output) => Each(input, output, row => Hull(row.Bytes(0)))));
        // A bound of the bounding box: 0 xmin, 1 ymin, 2 xmax, 3 ymax.
        connection.Register(new ScalarFunction("twin_bound", [Blob, SqlType.Integer], Number, Bound));
    }

    private static readonly GeometryFactory s_factory = new();

    private static PhotoPose Pose(Row row) => new(row.Number(0), row.Number(1), row.Number(2), row.Number(3), row.Number(4), row.Number(5), row.Number(6), row.Whole(7), row.Whole(8));

    private static void ViewFootprint(FunctionInput input, VectorWriter output) =>
        Each(input, output, row => PhotoGeometry.Footprint(Pose(row)));

    private static void PixelBox(FunctionInput input, VectorWriter output) => Each(input, output, row =>
    {
        var pose = Pose(row);
        var box = new Envelope();
        foreach (var corner in Read(row.Bytes(9)).Coordinates)
        {
            if (PhotoGeometry.WorldToPixel(pose, corner.X, corner.Y, 0, out var u, out var v))
                box.ExpandToInclude(u, v);
            if (row.Number(10) > 0 && PhotoGeometry.WorldToPixel(pose, corner.X, corner.Y, row.Number(10), out u, out v))
                box.ExpandToInclude(u, v);
        }
        return box.IsNull ? null : Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{box.MinX:0} {box.MinY:0} {box.MaxX:0} {box.MaxY:0}"));
    });

    private static byte[]? Hull(ReadOnlySpan<byte> list)
    {
        var members = new List<Geometry>();
        foreach (var part in list.Split((byte)','))
            members.Add(new WKBReader().Read(Convert.FromHexString(Encoding.ASCII.GetString(list[part]))));
        var hull = s_factory.CreateGeometryCollection([.. members]).ConvexHull();
        return hull.IsEmpty ? null : Write(hull);
    }

    private static void Bound(FunctionInput input, VectorWriter output) => EachNumber(input, output, row =>
    {
        var box = Read(row.Bytes(0)).EnvelopeInternal;
        return row.Whole(1) switch { 0 => box.MinX, 1 => box.MinY, 2 => box.MaxX, _ => box.MaxY };
    });

    private static Geometry Read(ReadOnlySpan<byte> wkb) => new WKBReader().Read(wkb.ToArray());

    private static byte[] Write(Geometry geometry) => new WKBWriter(ByteOrder.LittleEndian).Write(geometry);

    /// <summary>One row of a call.</summary>
    private readonly ref struct Row(FunctionInput input, int row)
    {
        private readonly FunctionInput _input = input;

        public double Number(int argument) => _input[argument].Values<double>()[row];

        public int Whole(int argument) => _input[argument].Values<int>()[row];

        public ReadOnlySpan<byte> Bytes(int argument) => _input[argument].Bytes(row);
    }

    private delegate byte[]? BytesOf(Row row);

    private delegate double NumberOf(Row row);

    private static void Each(FunctionInput input, VectorWriter output, BytesOf compute)
    {
        for (var i = 0; i < input.Count; i++)
        {
            if (input.IsNull(i))
                continue;
            if (compute(new Row(input, i)) is { } bytes)
                output.SetBytes(i, bytes);
            else
                output.SetNull(i);
        }
    }

    private static void EachNumber(FunctionInput input, VectorWriter output, NumberOf compute)
    {
        for (var i = 0; i < input.Count; i++)
        {
            if (input.IsNull(i))
                continue;
            var value = compute(new Row(input, i));
            if (double.IsFinite(value))
                output.Values<double>()[i] = value;
            else
                output.SetNull(i);
        }
    }
}
