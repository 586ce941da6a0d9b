using System.Globalization;

namespace Plinth.Ingestion.Models;

/// <summary>Reads LAS, LAZ and COPC point clouds: one row of <c>model.asset</c> by the header; of LAS a sample of its points in <c>model.point</c>.</summary>
/// <remarks>
/// ASPRS LAS 1.0 to 1.4. Points of LAZ and COPC are compressed: they are counted by the header and not read. The CRS is taken from the WKT record, else from the GeoTIFF keys, else from the contract. Heights come out in metres; where
/// only the horizontal unit is known, heights are taken to be in it too, which <c>notes</c> says.
/// </remarks>
internal sealed class LasReader : IFileReader
{
    public string Name => "las";

    public string Expected => "a LAS, LAZ or COPC point cloud of version 1.0 to 1.4";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.StartsWith("LASF"u8);

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var notes = new List<string>();
        var header = LasHeader.Read(bytes);
        var records = LasRecords.Read(bytes, header, notes);
        var crs = CrsName.Of(records.Crs, input.Contract.Crs);
        if (crs is null)
            notes.Add("it names no CRS, so that it has no place; declare one in the contract");
        var (unit, assumed) = records.HeightUnit;
        if (assumed)
            notes.Add($"heights are taken to be in the horizontal unit, {unit.ToString("0.######", CultureInfo.InvariantCulture)} m");
        var compressed = header.IsCompressed || records.IsLaz;
        notes.Add($"point format {header.PointFormat}" + (records.IsCopc ? ", COPC" : compressed ? ", LAZ-compressed" : ""));
        if (!compressed && !bytes.Holds(header.PointsOffset, (long)header.PointLength * header.Points))
            notes.Add($"it is cut: {header.Points} points are announced, and {Math.Max(0, bytes.Length - header.PointsOffset) / Math.Max(1, (int)header.PointLength)} are there");

        var asset = new ModelAsset(input, crs, records.Crs is null ? null : records.Definition)
        {
            Format = records.IsCopc ? "copc" : compressed ? "laz" : "las",
            Version = header.Version,
            Points = header.Points,
            Triangles = null,
            HeightUnit = unit,
        };
        if (header.Points > 0)
        {
            asset.Include(header.Minimum);
            asset.Include(header.Maximum);
        }
        if (compressed || crs is null || header.Points == 0)
            return new([asset.ToTable(notes)], []);
        var usable = Extent.ToCrs84(input.Coordinates, crs, header.Minimum.X, header.Minimum.Y, out _) ? crs : records.Definition ?? crs;
        var points = new LasPoints(bytes, input, header, asset.Id, usable, unit);
        if (points.Step > 1)
            notes.Add($"every {points.Step}th of its points is in model.point");
        return new([asset.ToTable(notes), points.ToTable()], []);
    }
}
