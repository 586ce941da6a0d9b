namespace Plinth.Tests.Twin;

/// <summary>Source rows with defaults. Places lie about 113.20 E, 23.40 N, in Huadu.</summary>
internal static class Rows
{
    public static object Unit(string code, string name, string level, string? parent = null, double[]? box = null, string source = "register", string row = "sha256:aa#1") => new
    {
        code, name, level, parent_code = parent, source_crs = box is null ? null : "OGC:CRS84",
        geom = box is null ? null : Shape.Box(box[0], box[1], box[2], box[3]),
        bbox = box is null ? null : Shape.Bounds(box[0], box[1], box[2], box[3]),
        source, source_row = row,
    };

    /// <summary>A building of 40 m by 40 m about a place.</summary>
    public static object Building(string id, double x, double y, string attributes = "{}", double? height = null, string asset = "0123456789abcdef", string type = "Building", string? parent = null) => new
    {
        object_id = $"urn:plinth:object:{asset}:{id}", asset_id = $"urn:plinth:asset:{asset}", local_id = id, type, parent_id = parent, lod = "1", attributes,
        height_m = height, ground_m = height is null ? null : (double?)2, roof_m = height is null ? null : height + 2, source_crs = "EPSG:4547",
        geom = Shape.Box(x - 0.0002, y - 0.0002, x + 0.0002, y + 0.0002),
        bbox = Shape.Bounds(x - 0.0002, y - 0.0002, x + 0.0002, y + 0.0002),
        source_row = $"sha256:bb#{id}",
    };

    public static object Request(string id, string requested, string? closed = null, double? x = null, double? y = null, string status = "open", string? updated = null, string row = "sha256:cc#1") => new
    {
        service_request_id = id, source = "nyc-311", requested_datetime = Shape.At(requested), updated_datetime = updated is null ? (DateTime?)null : Shape.At(updated),
        closed_datetime = closed is null ? (DateTime?)null : Shape.At(closed), status, service_name = "噪音", category = "Noise", agency_responsible = "NYPD",
        address = "1 SECRET STREET", description = "my neighbour", accuracy_m = 20.0, longitude = x, latitude = y,
        geom = x is null ? null : Shape.Point(x.Value, y!.Value), bbox = x is null ? null : Shape.Bounds(x.Value, y!.Value, x.Value, y.Value), source_row = row,
    };

    /// <summary>A photo of 4000 by 3000 pixels.</summary>
    public static object Photo(string id, double x, double y, string? taken = "2024-05-01T02:00:00Z", double height = 100, double yaw = 0, double pitch = -90) => new
    {
        photo_id = $"urn:plinth:photo:sha256:{id}", sha256 = id, file_name = $"{id}.jpg", taken_at = taken is null ? (DateTime?)null : Shape.At(taken), camera_make = "DJI", camera_model = "M3E",
        width = 4000, height = 3000, focal_px = 3000.0, longitude = x, latitude = y, relative_altitude_m = height, yaw_deg = yaw, pitch_deg = pitch, roll_deg = 0.0,
        pose_source = "xmp", position_accuracy_m = 2.0, view_bucket = "nadir", geom = Shape.Point(x, y), bbox = Shape.Bounds(x, y, x, y), source_row = $"sha256:{id}#0",
    };

    public static object Thing(string id, string kind, double? x = null, double? y = null) => new
    {
        thing_id = $"urn:plinth:thing:atspm:{id}", source = "atspm", local_id = id, kind, longitude = x, latitude = y,
        geom = x is null ? null : Shape.Point(x.Value, y!.Value), bbox = x is null ? null : Shape.Bounds(x.Value, y!.Value, x.Value, y.Value), source_row = $"sha256:dd#{id}",
    };
}
