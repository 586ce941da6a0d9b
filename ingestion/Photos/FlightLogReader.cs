using Plinth.Lakehouse;

namespace Plinth.Ingestion.Photos;

/// <summary>Reads a DJI flight log (SRT): one row of <c>imagery.flight_log</c> an entry. Times are the drone's clock in the contract's zone.</summary>
internal sealed class FlightLogReader : IFileReader
{
    private static readonly TableName Log = new("imagery", "flight_log");

    public string Name => "dji-srt";

    public string Expected => "a DJI flight log in subtitle form (SRT)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName)
    {
        var text = PlainText.Head(head);
        return text.TrimStart() is { Length: > 0 } start && char.IsAsciiDigit(start[0])
            && (text.Contains("GPS", StringComparison.Ordinal) || text.Contains("latitude", StringComparison.OrdinalIgnoreCase))
            && (text.Contains("-->", StringComparison.Ordinal) || fileName.EndsWith(".srt", StringComparison.OrdinalIgnoreCase));
    }

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var (rows, rejected) = (new List<object?[]>(), new List<RejectedRow>());
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(input.Contract.TimeZone, out var found) ? found
            : throw bytes.Refuse($"this machine does not know the zone {input.Contract.TimeZone} of its contract");
        foreach (var entry in FlightLog.Parse(PlainText.Read(bytes)))
            if (entry.HasPosition)
                rows.Add(Row(entry, zone, input));
            else
                rejected.Add(new(entry.Line, null, $"entry {entry.Number}", "the entry breaks off before its position; the log may have been cut"));
        return rows.Count > 0 ? new([new(Log, rows)], rejected) : throw bytes.Refuse("none of its entries has a position");
    }

    private static object?[] Row(FlightLogEntry entry, TimeZoneInfo zone, FileInput input)
    {
        object? at = entry.Local is { } local ? DateTime.SpecifyKind(local - zone.GetUtcOffset(local), DateTimeKind.Utc) : null;
        var view = new PhotoPose(null, null, null, null, entry.Gimbal?.Yaw, entry.Gimbal?.Pitch, entry.Gimbal?.Roll, "log", null).ViewBucket;
        return
        [
            $"urn:plinth:flight:sha256:{input.Sha256[..16]}", entry.Number, Path.GetFileName(input.Path), entry.Offset, at, entry.Local is null ? null : $"log-local {input.Contract.TimeZone}",
            entry.At?.X, entry.At?.Y, entry.Altitude, entry.RelativeAltitude, entry.Gimbal?.Yaw, entry.Gimbal?.Pitch, entry.Gimbal?.Roll, view,
            entry.Aircraft?.Yaw, entry.Aircraft?.Pitch, entry.Aircraft?.Roll, entry.Home?.X, entry.Home?.Y, entry.Exposure,
            entry.At is { } p ? Wkb.Point(p.X, p.Y) : null, entry.At is { } q ? Wkb.Bbox(q.X, q.Y, q.X, q.Y) : null, $"sha256:{input.Sha256}#{entry.Line}", input.Folder,
        ];
    }
}
