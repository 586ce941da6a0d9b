using MetadataExtractor.Formats.Exif;
using Plinth.Ingestion.Imagery;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Photos;

/// <summary>Reads camera, time and pose of a photograph: one row of <c>imagery.photo</c>. Its pixels are not read.</summary>
/// <remarks>
/// JPEG and TIFF; EXIF, and XMP in the name spaces of DJI, senseFly and Pix4D. Positions are WGS 84. What is missing or broken leaves columns empty and is
/// said in <c>notes</c>; only a file that is no such image is refused.
/// </remarks>
internal sealed class PhotoReader : IFileReader
{
    private static readonly TableName Photo = new("imagery", "photo");

    public string Name => "photo";

    public string Expected => "a photograph as JPEG or TIFF";

    public bool IsQuick => true;

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || TiffFile.IsTiff(head);

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var notes = new List<string>();
        var (mediaType, width, height, exif, xmp) = Open(bytes, notes);
        var pose = PhotoPose.From(exif, xmp, notes);
        var (focal, method) = FocalLength.Of(exif, xmp, width, height, notes);
        var (takenAt, clock) = PhotoTime.Of(exif, xmp, input.Contract.TimeZone, notes);
        if (exif.Number(ExifDirectoryBase.TagOrientation) is > 1 and <= 8 and var orientation)
            notes.Add($"its EXIF orientation is {(int)orientation}; width, height and angles are those of the image as stored");
        var placed = pose is { Longitude: not null, Latitude: not null };
        var outline = placed && GroundFootprint.Local(pose, focal, width, height) is { } local ? GroundFootprint.ToCrs84(local, pose.Longitude!.Value, pose.Latitude!.Value) : null;
        object?[] row =
        [
            $"urn:plinth:photo:sha256:{input.Sha256[..16]}", input.Sha256, Path.GetFileName(input.Path), mediaType, takenAt, clock,
            exif.Text(ExifDirectoryBase.TagMake) ?? (xmp.HasDji ? "DJI" : null), exif.Text(ExifDirectoryBase.TagModel), width, height, focal, method,
            pose.Longitude, pose.Latitude, pose.Altitude, pose.RelativeAltitude, pose.Yaw, pose.Pitch, pose.Roll, pose.Source, pose.Accuracy, pose.ViewBucket,
            placed ? Wkb.Point(pose.Longitude!.Value, pose.Latitude!.Value) : null,
            placed ? Wkb.Bbox(pose.Longitude!.Value, pose.Latitude!.Value, pose.Longitude.Value, pose.Latitude.Value) : null,
            outline is null ? null : Wkb.Polygon([outline]), GroundFootprint.SampleDistance(pose, focal),
            notes.Count == 0 ? null : string.Join("; ", notes), $"sha256:{input.Sha256}", input.Folder,
        ];
        return new([new(Photo, [row])], []);
    }

    private static (string MediaType, int Width, int Height, ExifData Exif, XmpPose Xmp) Open(ByteView bytes, List<string> notes)
    {
        Span<byte> head = stackalloc byte[8];
        head.Clear();
        bytes.Read(0, head[..(int)Math.Min(8, bytes.Length)]);
        if (!TiffFile.IsTiff(head))
        {
            if (head[0] != 0xFF || head[1] != 0xD8)
                throw bytes.Refuse("it begins like neither");
            var jpeg = JpegFile.Read(bytes, notes);
            return ("image/jpeg", jpeg.Width, jpeg.Height, ExifData.FromSegment(jpeg.Exif, notes), XmpPose.Read(jpeg.Xmp, notes));
        }
        const ushort imageWidth = 256, imageLength = 257, xmpPacket = 700;
        var image = TiffFile.Read(bytes, notes)[0];
        if (image.Integer(imageWidth) is not (> 0 and <= int.MaxValue and var width) || image.Integer(imageLength) is not (> 0 and <= int.MaxValue and var height))
            throw bytes.Refuse("its image has no size");
        var packet = image.Text(xmpPacket, 1 << 20);
        using var stream = bytes.AsStream();
        return ("image/tiff", (int)width, (int)height, ExifData.FromTiff(stream, notes), XmpPose.Read(packet is null ? null : System.Text.Encoding.UTF8.GetBytes(packet), notes));
    }
}
