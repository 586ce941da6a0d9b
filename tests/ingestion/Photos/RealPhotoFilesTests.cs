using Plinth.Ingestion;
using Plinth.Ingestion.Photos;

namespace Plinth.Tests.Photos;

/// <summary>Every real file of drone photographs and positions: the layout that takes it, how many rows it gives, what is odd about it.</summary>
public class RealPhotoFilesTests
{
    /// <summary>File, layout, rows, rejections, pose source and view of a photograph, what its notes say.</summary>
    private static readonly (string File, string Layout, long Rows, long Rejected, string? Source, string? View, string? Note)[] Files =
    [
        ("drone-photos/boruszyn-kite/img_4854.jpg", "photo", 1, 0, "none", null, "it has no position"),
        ("drone-photos/brighton-beach/DJI_0024.JPG", "photo", 1, 0, "xmp-dji", "nadir", null),
        ("drone-photos/brighton-beach/DJI_0025.JPG", "photo", 1, 0, "xmp-dji", "nadir", null),
        ("drone-photos/brighton-beach/DJI_0026.JPG", "photo", 1, 0, "xmp-dji", "nadir", null),
        ("drone-photos/brighton-beach/DJI_0027.JPG", "photo", 1, 0, "xmp-dji", "nadir", null),
        ("drone-photos/broken-exif/corrupt_exif.jpg", "photo", 1, 0, "exif", null, ""),
        ("drone-photos/broken-exif/corrupt_exif_large_thumbnail.jpg", "photo", 1, 0, "none", null, "it has no position"),
        ("drone-photos/broken-exif/empty_exif.jpg", "photo", 1, 0, "none", null, "it has no position"),
        ("drone-photos/broken-exif/fixed_exif.jpg", "photo", 1, 0, "exif", null, null),
        ("drone-photos/dji-xt2-thermal/issue-exifr-3.jpg", "photo", 1, 0, "xmp-dji", "nadir", ""),
        ("drone-photos/seneca-fixed-wing/IMG_0485.jpg", "photo", 1, 0, "xmp-sensefly", "nadir", "its altitude above the ellipsoid is 282.696 m"),
        ("drone-photos/seneca-fixed-wing/IMG_0578.jpg", "photo", 1, 0, "xmp-sensefly", "nadir", "its altitude above the ellipsoid is"),
        ("drone-pos/boruszyn-gcp/gcp_list.txt", "ground-control", 18, 0, null, null, null),
        ("drone-pos/dji-srt/broken_incomplete.SRT", "dji-srt", 19, 1, null, null, null),
        ("drone-pos/dji-srt/mavic_2_style.SRT", "dji-srt", 468, 0, null, null, null),
        ("drone-pos/dji-srt/mavic_air2.srt", "dji-srt", 25, 0, null, null, null),
        ("drone-pos/dji-srt/p4_rtk.SRT", "dji-srt", 55, 0, null, null, null),
        ("drone-pos/ponti-chunk1/camera_parameters.xml", "camera-calibration", 1, 0, null, null, null),
        ("drone-pos/ponti-chunk1/orientedimages.txt", "exterior-orientation", 4, 0, null, null, null),
    ];

    [Fact]
    public async Task Every_photo_and_position_file_there_is_comes_in_and_says_what_is_odd()
    {
        using var given = new Given();
        var data = Repository.Shared("data");
        var report = await given.IngestBy("photos", null, o => o with { Coordinates = new WithPoland() }, Path.Combine(data, "drone-photos"), Path.Combine(data, "drone-pos"));

        var files = report.Files.ToDictionary(f => Path.GetRelativePath(data, f.Path), StringComparer.Ordinal);
        files.Where(f => f.Value.Status != FileStatus.Ignored).Select(f => f.Key).Should().BeEquivalentTo(Files.Select(f => f.File), "each file has its line here");
        foreach (var (file, layout, rows, rejected, source, view, note) in Files)
        {
            var entry = files[file];
            entry.Reason.Should().BeNull(file);
            (entry.Contract, entry.Rows, entry.Rejected).Should().Be((layout, rows, rejected), file);
            if (layout != "photo")
                continue;
            var row = (await given.Sql($"SELECT pose_source, view_bucket, notes FROM imagery.photo WHERE sha256 = '{entry.Sha256}'")).Single();
            row[..2].Should().Equal([source, view], file);
            if (note is null)
                row[2].Should().BeNull(file);
            else if (note.Length > 0)
                row[2].Should().BeOfType<string>(file).Which.Should().Contain(note, file);
        }
    }

    /// <summary>Poland's grid, near enough, with the others of <see cref="StubCoordinates"/>.</summary>
    private sealed class WithPoland : ICoordinates
    {
        private readonly StubCoordinates _others = new();

        public bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude)
        {
            if (crs != "EPSG:2180")
                return _others.TryToCrs84(crs, x, y, out longitude, out latitude);
            (longitude, latitude) = (19 + (x - 500_000) / 67_000, 52.8 + (y - 548_000) / 111_200);
            return true;
        }
    }
}
