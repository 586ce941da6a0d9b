using System.Text;

namespace Plinth.Ingestion.Hotline;

/// <summary>Mends text whose UTF-8 was once read as Windows-1252 or Latin-1: <c>â€™</c> is an apostrophe again. Only sequences that are whole UTF-8 characters change.</summary>
internal static class Mojibake
{
    private static readonly System.Buffers.SearchValues<char> Leads = System.Buffers.SearchValues.Create(string.Concat(Enumerable.Range(0xC2, 0xF5 - 0xC2).Select(c => (char)c)));
    private static readonly Dictionary<char, byte> Windows = Table();

    public static string Mend(string text)
    {
        if (text.AsSpan().IndexOfAny(Leads) < 0)
            return text;
        var mended = new StringBuilder(text.Length);
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            var lead = text[i];
            var length = lead is >= '\u00C2' and <= '\u00DF' ? 2 : lead is >= '\u00E0' and <= '\u00EF' ? 3 : lead is >= '\u00F0' and <= '\u00F4' ? 4 : 1;
            if (length > 1 && i + length <= text.Length && Bytes(text.AsSpan(i, length), bytes)
                && Rune.DecodeFromUtf8(bytes[..length], out var rune, out var used) == System.Buffers.OperationStatus.Done && used == length)
            {
                mended.Append(rune.ToString());
                i += length - 1;
                continue;
            }
            mended.Append(lead);
        }
        return mended.ToString();
    }

    private static bool Bytes(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        bytes[0] = (byte)text[0];
        for (var i = 1; i < text.Length; i++)
            if (text[i] is >= '\u0080' and <= '\u00BF')
                bytes[i] = (byte)text[i];
            else if (!Windows.TryGetValue(text[i], out bytes[i]))
                return false;
        return true;
    }

    private static Dictionary<char, byte> Table()
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
        var table = new Dictionary<char, byte>();
        for (var b = 0x80; b < 0xA0; b++)
            table.TryAdd(encoding.GetString([(byte)b])[0], (byte)b);
        return table;
    }
}
