using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Plinth.Catalog.Audit;

/// <summary>Between an entry and its line in the file.</summary>
internal static class AuditLine
{
    /// <summary>What stands before the first line.</summary>
    public static readonly string Genesis = new('0', 64);

    /// <summary>Lone surrogates have no UTF-8; they become U+FFFD before anything is hashed.</summary>
    public static string Clean(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Lower-case hex of <c>SHA-256(previous hash as hex ‖ canonical JSON without hash)</c>.</summary>
    public static string Hash(string previous, AuditEntry entry) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(previous + CanonicalJson.Of(entry, withHash: false))));

    public static byte[] Bytes(AuditEntry entry) => Encoding.UTF8.GetBytes(CanonicalJson.Of(entry, withHash: true) + "\n");

    /// <summary>The entry of a line, without its line end; null when it is not exactly what <see cref="Bytes"/> writes.</summary>
    public static AuditEntry? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line.ToArray());
            var root = json.RootElement;
            var entry = new AuditEntry(
                root.GetProperty("n").GetInt64(),
                DateTimeOffset.ParseExact(root.GetProperty("at").GetString()!, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                root.GetProperty("action").GetString()!, root.GetProperty("principal").GetString()!,
                root.GetProperty("details").EnumerateObject().ToDictionary(d => d.Name, d => d.Value.GetString()!, StringComparer.Ordinal),
                root.GetProperty("hash").GetString()!);
            return Bytes(entry).AsSpan()[..^1].SequenceEqual(line) ? entry : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException or NullReferenceException)
        {
            return null;
        }
    }
}
