using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Plinth.Ingestion.Sensors;

/// <summary>The event log of an Econolite controller: some lines of text, then records of 4 bytes: event, parameter, tenths of a second since the log began (big-endian).</summary>
internal static class EconoliteLog
{
    private const int LongestHead = 4096;

    /// <summary>Whether bytes begin like such a log.</summary>
    public static bool Looks(ReadOnlySpan<byte> head) => head.IndexOf("Controller Data Log Beginning"u8) >= 0;

    /// <summary>Reads a log whole.</summary>
    /// <param name="problem">Why it cannot be read; null where it can.</param>
    public static EconoliteHead? ReadHead(ReadOnlySpan<byte> bytes, out string? problem)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        problem = null;
        while (at < Math.Min(bytes.Length, LongestHead))
        {
            var end = bytes[at..].IndexOf((byte)'\n');
            if (end < 0)
                break;
            var line = bytes.Slice(at, end);
            at += end + 1;
            if (line.IndexOfAnyExceptInRange((byte)'\t', (byte)'~') >= 0)
                break;
            var text = Encoding.ASCII.GetString(line).TrimEnd('\r');
            var parts = text.Split(',', 3);
            if (parts.Length == 3 && parts[1].EndsWith(':'))
                values[parts[1].TrimEnd(':').Trim()] = parts[2];
            if (text.Contains("Phases in use", StringComparison.OrdinalIgnoreCase))
                break;
        }
        if (!values.TryGetValue("Controller Data Log Beginning", out var began)
            || !DateTime.TryParseExact(began.Trim(), ["M/d/yyyy,H:mm:ss.f", "M/d/yyyy,H:mm:ss", "M/d/yyyy,H:m:s.f"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var start))
        {
            problem = "does not say when the log began";
            return null;
        }
        return new(at, start, values.GetValueOrDefault("IP Address", "").Trim(), values.GetValueOrDefault("MAC Address", "").Trim());
    }

    /// <summary>The record at a position, or null at the end.</summary>
    public static EconoliteEvent? ReadEvent(ReadOnlySpan<byte> bytes, int at) => at + 4 <= bytes.Length
        ? new(bytes[at], bytes[at + 1], BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..])) : null;
}

/// <param name="Length">Bytes of the text.</param>
/// <param name="Start">When the log began, on the controller's clock.</param>
internal sealed record EconoliteHead(int Length, DateTime Start, string Ip, string Mac);

/// <param name="Tenths">Tenths of a second since the log began.</param>
internal readonly record struct EconoliteEvent(byte Code, byte Parameter, ushort Tenths);
