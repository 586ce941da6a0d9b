namespace Plinth.Ingestion.Photos;

/// <summary>What is asked of the tables of positions, and of photographs that they may belong to. Tables come as SELECTs.</summary>
internal static class PoseSql
{
    private const string Endings = "jpe?g|tiff?|png|dng|heic|arw|cr2|nef|mp4|mov|srt";

    /// <summary>A file's name as labels of position files write it: without folder and ending, in small letters.</summary>
    private static string Stem(string column) => $"""regexp_replace(regexp_replace(lower("{column}"), '^.*[/\\]', ''), '\.({Endings})$', '')""";

    internal static string Poses(string poses) =>
        $"SELECT {Stem("photo_file")}, folder, longitude, latitude, altitude_m, yaw_deg, pitch_deg, roll_deg, position_accuracy_m, source_row FROM ({poses}) WHERE folder IS NOT NULL ORDER BY pose_id";

    /// <summary>The middle of the marks seen in a photograph, and how far they lie apart (metres).</summary>
    internal static string Marks(string marks) => $"""
        SELECT {Stem("photo_file")} AS stem, folder, avg(longitude), avg(latitude), count(DISTINCT (x, y)),
               greatest((max(latitude) - min(latitude)), (max(longitude) - min(longitude)) * cos(radians(avg(latitude)))) * 111320, min(source_row)
        FROM ({marks}) WHERE folder IS NOT NULL GROUP BY stem, folder ORDER BY stem, folder
        """;

    internal static string Logs(string logs) => $"""
        SELECT {Stem("file_name")}, folder, logged_at, longitude, latitude, altitude_m, relative_altitude_m, yaw_deg, pitch_deg, roll_deg, source_row
        FROM ({logs}) WHERE folder IS NOT NULL AND longitude IS NOT NULL ORDER BY flight_id, entry
        """;

    internal static string Cameras(string cameras) => $"SELECT DISTINCT folder, width, height, focal_px FROM ({cameras}) WHERE folder IS NOT NULL ORDER BY ALL";

    /// <summary>Photographs by what they are found by.</summary>
    internal static string Photos(string photos) =>
        $"SELECT sha256, {Stem("file_name")}, folder, pose_source, longitude IS NOT NULL, focal_method, width, height, taken_at FROM ({photos}) WHERE folder IS NOT NULL";

    internal static string InFolder(string photos, IEnumerable<string> columns) =>
        $"SELECT {string.Join(", ", columns.Select(c => $"\"{c}\""))} FROM ({photos}) WHERE folder = $1";

    internal static string MissionNames(string missions) => $"SELECT DISTINCT folder FROM ({missions})";
}
