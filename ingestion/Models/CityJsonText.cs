using System.Text.Json;

namespace Plinth.Ingestion.Models;

/// <summary>What both readers of CityJSON ask of a file's text.</summary>
internal static class CityJsonText
{
    private const int MaximumLine = 256 * 1024 * 1024;

    /// <summary>The text without byte order mark and leading blanks.</summary>
    public static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("\uFEFF"u8))
            head = head[3..];
        return head.TrimStart(" \t\r\n"u8);
    }

    /// <summary>A JSON object ends with the line and another begins with the next.</summary>
    public static bool HasSeveralLines(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        return end > 0 && text[..end].TrimEnd("\r "u8) is [.., (byte)'}'] && text[(end + 1)..].TrimStart("\r\n "u8) is [(byte)'{', ..];
    }

    /// <summary>Parses a file, or the first line of a sequence.</summary>
    /// <exception cref="SourceFormatException">No JSON, no CityJSON, or a version that is not read.</exception>
    public static CityJsonPart Header(ByteView bytes, ReadOnlyMemory<byte> json)
    {
        CityJsonPart part;
        try
        {
            part = CityJsonPart.Parse(json);
        }
        catch (JsonException wrong)
        {
            throw bytes.Refuse($"it is no JSON: {wrong.Message}");
        }
        if (part.Type != "CityJSON")
            throw bytes.Refuse(part.Type is null ? "it has no type" : $"its type is '{Extent.Shorten(part.Type)}'");
        if (part.Version is not ['1' or '2', '.', ..])
            throw bytes.Refuse($"its version is '{Extent.Shorten(part.Version ?? "not given")}'");
        return part;
    }

    /// <summary>What is worth saying about a file before its objects are.</summary>
    public static List<string> Notes(CityJsonPart part, string path)
    {
        if (part.Textures.Count == 0)
            return [];
        var absent = part.Textures.Count(t => ModelFiles.Beside(Path.GetDirectoryName(Path.GetFullPath(path)), t) is null);
        return absent == 0 ? [] : [$"of the {part.Textures.Count} textures it names, {absent} do not lie beside it"];
    }

    /// <summary>Bytes of the textures that lie beside a file.</summary>
    public static long TextureBytes(CityJsonPart part, string path) => part.Textures.Distinct(StringComparer.Ordinal)
        .Sum(t => ModelFiles.Beside(Path.GetDirectoryName(Path.GetFullPath(path)), t) is { } file ? new FileInfo(file).Length : 0);

    /// <summary>The lines that hold something, numbered from 1. Each is valid until the next is asked for.</summary>
    public static IEnumerable<(long Number, ReadOnlyMemory<byte> Line)> Lines(ByteView bytes)
    {
        var buffer = new byte[64 * 1024];
        var (start, filled, offset, number) = (0, 0, 0L, 0L);
        while (true)
        {
            var end = Array.IndexOf(buffer, (byte)'\n', start, filled - start);
            if (end < 0 && offset < bytes.Length)
            {
                if (start > 0)
                    buffer.AsSpan(start, filled - start).CopyTo(buffer);
                (start, filled) = (0, filled - start);
                if (filled == buffer.Length)
                {
                    if (filled >= MaximumLine)
                        throw bytes.Refuse($"its line {number + 1} is longer than {MaximumLine} bytes");
                    Array.Resize(ref buffer, filled * 2);
                }
                var take = (int)Math.Min(buffer.Length - filled, bytes.Length - offset);
                bytes.Read(offset, buffer.AsSpan(filled, take));
                (filled, offset) = (filled + take, offset + take);
                continue;
            }
            if (end < 0 && start == filled)
                yield break;
            number++;
            var line = buffer.AsMemory(start, (end < 0 ? filled : end) - start);
            start = end < 0 ? filled : end + 1;
            if (!line.Span.Trim(" \t\r\x1e"u8).IsEmpty)
                yield return (number, line.Trim("\x1e\r "u8));
        }
    }
}
