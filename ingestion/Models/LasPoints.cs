using System.Buffers.Binary;
using System.Globalization;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Models;

/// <summary>Rows of <c>model.point</c>: every n-th point of an uncompressed LAS file, so that at most <see cref="MaximumPoints"/> stand for it.</summary>
/// <param name="unit">Metres in a unit of height.</param>
internal sealed class LasPoints(ByteView bytes, FileInput input, LasHeader header, string assetId, string crs, double unit)
{
    public const long MaximumPoints = 10_000;

    private const int Shortest = 20;

    /// <summary>Points between one row and the next: 1 where each is a row.</summary>
    public long Step => Math.Max(1, (There + Limit - 1) / Math.Max(1, Limit));

    private long Limit => long.TryParse(input.Contract.Settings.GetValueOrDefault("points"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : MaximumPoints;

    /// <summary>Points whose bytes are there, whatever the header announces.</summary>
    private long There => header.PointLength < Shortest ? 0 : Math.Min(header.Points, (bytes.Length - header.PointsOffset) / header.PointLength);

    public TableRows ToTable() => new(new("model", "point"), [.. Rows()]);

    private IEnumerable<object?[]> Rows()
    {
        if (Limit == 0 || header.PointFormat > 10)
            yield break;
        var transform = new double[6]; // scale x, y, z, then offset x, y, z
        var scales = bytes.Read(131, 48, 48);
        for (var i = 0; i < 6; i++)
            transform[i] = BinaryPrimitives.ReadDoubleLittleEndian(scales.AsSpan(i * 8));
        var record = new byte[Math.Min((int)header.PointLength, 128)];
        for (var number = 0L; number < There; number += Step)
        {
            bytes.Read(header.PointsOffset + number * header.PointLength, record);
            var (x, y, z) = (Coordinate(record, transform, 0), Coordinate(record, transform, 1), Coordinate(record, transform, 2));
            if (!double.IsFinite(z) || !Extent.ToCrs84(input.Coordinates, crs, x, y, out var place))
                continue; // outside of its CRS: the asset's notes tell of that
            yield return Row(record, number, place, z * unit);
        }
    }

    private object?[] Row(ReadOnlySpan<byte> record, long number, Position place, double height)
    {
        var wide = header.PointFormat >= 6;
        var (returns, of) = wide ? (record[14] & 15, record[14] >> 4) : (record[14] & 7, record[14] >> 3 & 7);
        int? classification = wide ? record.Length > 16 ? record[16] : null : record[15] & 31;
        var colour = header.PointFormat switch { 2 => 20, 3 or 5 => 28, 7 or 8 or 10 => 30, _ => int.MaxValue };
        int? Channel(ReadOnlySpan<byte> r, int channel) => colour <= r.Length - 6 ? BinaryPrimitives.ReadUInt16LittleEndian(r[(colour + channel * 2)..]) : null;
        return
        [
            assetId, number, height, (int)BinaryPrimitives.ReadUInt16LittleEndian(record[12..]), classification, returns, of, Channel(record, 0), Channel(record, 1), Channel(record, 2),
            Wkb.Point(place.X, place.Y), Wkb.Bbox(place.X, place.Y, place.X, place.Y), $"sha256:{input.Sha256}#{number}",
        ];
    }

    private static double Coordinate(ReadOnlySpan<byte> record, double[] transform, int axis) =>
        BinaryPrimitives.ReadInt32LittleEndian(record[(axis * 4)..]) * transform[axis] + transform[axis + 3];
}
