using System.Globalization;
using System.Text.RegularExpressions;

namespace Plinth.Ingestion.Photos;

/// <summary>One entry of a drone's flight log.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="Offset">From the film's beginning, seconds; null where the log does not say.</param>
/// <param name="Local">By the drone's clock, without a zone.</param>
internal sealed record FlightLogEntry(int Line, int Number, double? Offset, DateTime? Local)
{
    public Position? At { get; init; }

    public Position? Home { get; init; }

    public double? Altitude { get; init; }

    public double? RelativeAltitude { get; init; }

    public (double Pitch, double Roll, double Yaw)? Gimbal { get; init; }

    public (double Pitch, double Roll, double Yaw)? Aircraft { get; init; }

    /// <summary>Values that the log names, as it writes them: iso, shutter, fnum, …</summary>
    public string? Exposure { get; init; }

    /// <summary>It says something of a position, if only that there is none yet.</summary>
    public bool HasPosition { get; init; }
}

/// <summary>Reads the subtitles in which DJI drones log their flights, in all layouts: <c>GPS(…)</c> with <c>HOME(…)</c>, one line of <c>F/…, G.PRY (…)</c>, and <c>[latitude: …]</c>.</summary>
internal static class FlightLog
{
    private const int LongestBlock = 4096;

    /// <summary>All entries, in order. Never throws for what is in the text.</summary>
    public static IEnumerable<FlightLogEntry> Parse(string text)
    {
        var (number, line, block) = (0, 0, new System.Text.StringBuilder());
        foreach (var (at, raw) in PlainText.Lines(text))
        {
            var content = raw.Trim();
            if (content.Length is > 0 and < 10 && content.All(char.IsAsciiDigit))
            {
                if (line > 0)
                    yield return Entry(line, number, block.ToString());
                (number, line) = (int.Parse(content, CultureInfo.InvariantCulture), at);
                block.Clear();
            }
            else if (line > 0 && block.Length + content.Length < LongestBlock)
                block.Append(content).Append('\n');
        }
        if (line > 0)
            yield return Entry(line, number, block.ToString());
    }

    private static FlightLogEntry Entry(int line, int number, string block)
    {
        var offset = TimesRegex.Match(block) is { Success: true } t ? Whole(t, 1) * 3600 + Whole(t, 2) * 60 + Whole(t, 3) + Whole(t, 4) / 1000.0 : (double?)null;
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match pair in PairsRegex.Matches(block))
            values.TryAdd(pair.Groups[1].Value.ToLowerInvariant(), pair.Groups[2].Value);
        var gps = Triple(block, GpsRegex);
        var named = Value("latitude") is { } latitude && (Value("longitude") ?? Value("longtitude")) is { } longitude ? new Position(longitude, latitude) : (Position?)null;
        var home = Triple(block, HomeRegex);
        return new(line, number, offset, Date(block))
        {
            HasPosition = gps is not null || named is not null,
            At = Checked(named ?? Point(gps)),
            Home = Checked(Point(home)),
            Altitude = Value("abs_alt") ?? (values.ContainsKey("rel_alt") ? null : Value("altitude")),
            RelativeAltitude = Value("rel_alt") ?? Value("barometer") ?? (HeightRegex.Match(block) is { Success: true } h ? PlainText.Number(h.Groups[1].ValueSpan) : null),
            Gimbal = Angles(block, GimbalRegex) ?? (Value("gb_pitch") is { } p && Value("gb_yaw") is { } y ? (p, Value("gb_roll") ?? 0, y) : null),
            Aircraft = Angles(block, AircraftRegex),
            Exposure = Exposed(block, values),
        };

        double? Value(string name) => values.TryGetValue(name, out var value) ? PlainText.Number(value) : null;
        static int Whole(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static string? Exposed(string block, Dictionary<string, string> values)
    {
        string[] names = ["iso", "shutter", "fnum", "ev", "ct", "focal_len"];
        var found = names.Where(values.ContainsKey).Select(n => $"{n}={values[n]}").ToList();
        if (found.Count == 0 && LineRegex.Match(block) is { Success: true } line)
            return $"fnum={line.Groups[1].Value} shutter=1/{line.Groups[2].Value} iso={line.Groups[3].Value}";
        return found.Count == 0 ? null : string.Join(' ', found);
    }

    private static double?[]? Triple(string block, Regex regex) =>
        regex.Match(block) is { Success: true } m ? [PlainText.Number(m.Groups[1].ValueSpan), PlainText.Number(m.Groups[2].ValueSpan)] : null;

    /// <summary>Longitude first, unless only the other way round makes a place.</summary>
    private static Position? Point(double?[]? pair) =>
        pair is [{ } x, { } y] ? Math.Abs(y) > 90 && Math.Abs(x) <= 90 ? new(y, x) : new(x, y) : null;

    private static Position? Checked(Position? at) => at is { } p && Math.Abs(p.X) <= 180 && Math.Abs(p.Y) <= 90 && (p.X != 0 || p.Y != 0) ? p : null;

    private static (double, double, double)? Angles(string block, Regex regex) => regex.Match(block) is { Success: true } m
        && PlainText.Number(m.Groups[1].ValueSpan) is { } pitch && PlainText.Number(m.Groups[2].ValueSpan) is { } roll && PlainText.Number(m.Groups[3].ValueSpan) is { } yaw ? (pitch, roll, yaw) : null;

    /// <summary>Day and time; behind the seconds come milliseconds and perhaps microseconds.</summary>
    private static DateTime? Date(string block)
    {
        if (ClockRegex.Match(block) is not { Success: true } m
            || !DateTime.TryParseExact($"{m.Groups[1].ValueSpan}-{m.Groups[2].ValueSpan}-{m.Groups[3].ValueSpan} {m.Groups[4].ValueSpan}", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            || time.Year < 1990)
            return null;
        var fraction = m.Groups[5].Value + m.Groups[6].Value;
        return fraction.Length > 0 ? time.AddTicks((long)Math.Round(double.Parse($"0.{fraction}", CultureInfo.InvariantCulture) * 1e6) * 10) : time;
    }

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking;

    private const string N = @"([-+]?[0-9]+(?:\.[0-9]+)?)";

    private static readonly Regex TimesRegex = new(@"([0-9]{2}):([0-9]{2}):([0-9]{2})[,.]([0-9]{3})\s*-->", Options);
    private static readonly Regex PairsRegex = new(@"([a-z_]+)\s*:\s*([-+]?[0-9][-+0-9./]*)", Options);
    private static readonly Regex GpsRegex = new($@"GPS\s*\(\s*{N}\s*,\s*{N}", Options);
    private static readonly Regex HomeRegex = new($@"HOME\s*\(\s*{N}\s*,\s*{N}", Options);
    private static readonly Regex HeightRegex = new($@",\s*H {N}m", Options);
    private static readonly Regex GimbalRegex = new($@"G\.PRY\s*\(\s*{N}[^,)]*,\s*{N}[^,)]*,\s*{N}", Options);
    private static readonly Regex AircraftRegex = new($@"F\.PRY\s*\(\s*{N}[^,)]*,\s*{N}[^,)]*,\s*{N}", Options);
    private static readonly Regex LineRegex = new(@"F/([0-9.]+)\s*,\s*SS\s+([0-9.]+)\s*,\s*ISO\s+([0-9]+)", Options);
    private static readonly Regex ClockRegex = new(@"([0-9]{4})[-.]([0-9]{2})[-.]([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[,.]([0-9]{3})(?:,?([0-9]{3}))?)?", Options);

}
