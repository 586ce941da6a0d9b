using System.Collections.Frozen;

namespace Plinth.Ingestion.Hotline;

/// <summary>Brings addresses and names to one form, so that what means the same is the same: <c>285 Cozine Ave.</c> and <c>285 COZINE AVENUE</c>, <c>建设路１２号</c> and <c>建设路 12 号</c>.</summary>
internal static class AddressText
{
    /// <summary>Characters that count; what comes after them is left out.</summary>
    public const int Longest = 256;

    private static readonly FrozenDictionary<string, string> Short = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ST"] = "STREET", ["STR"] = "STREET", ["AVE"] = "AVENUE", ["AV"] = "AVENUE", ["RD"] = "ROAD", ["BLVD"] = "BOULEVARD", ["DR"] = "DRIVE", ["LN"] = "LANE", ["PL"] = "PLACE",
        ["CT"] = "COURT", ["HWY"] = "HIGHWAY", ["PKWY"] = "PARKWAY", ["SQ"] = "SQUARE", ["TER"] = "TERRACE", ["CRES"] = "CRESCENT", ["N"] = "NORTH", ["S"] = "SOUTH", ["E"] = "EAST", ["W"] = "WEST",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Shorts = Short.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Upper case, half width, short words written out, one blank between words and none beside Chinese characters.</summary>
    /// <param name="into">Of <see cref="Longest"/> characters.</param>
    /// <returns>How many it took.</returns>
    public static int Normalise(ReadOnlySpan<char> text, Span<char> into)
    {
        var (length, at) = (0, 0);
        Span<char> word = stackalloc char[64];
        while (at < text.Length)
        {
            var c = Half(text[at]);
            if (!IsInWord(c))
            {
                at++;
                continue;
            }
            if (!char.IsAscii(c) && IsChinese(c))
            {
                if (length == into.Length)
                    return length;
                into[length++] = c;
                at++;
                continue;
            }
            var count = 0;
            for (; at < text.Length && IsInWord(c = Half(text[at])) && !IsChinese(c); at++)
                if (count < word.Length && c != '\'')
                    word[count++] = char.ToUpperInvariant(c);
            var whole = Whole(word[..count]);
            var blank = length > 0 && !IsChinese(into[length - 1]) ? 1 : 0;
            if (length + blank + whole.Length > into.Length)
                return length;
            if (blank == 1)
                into[length++] = ' ';
            whole.CopyTo(into[length..]);
            length += whole.Length;
        }
        return length;
    }

    /// <summary>The same as a text of its own.</summary>
    public static string Normalise(string text)
    {
        Span<char> into = stackalloc char[Longest];
        return new(into[..Normalise(text, into)]);
    }

    public static bool IsChinese(char c) => c is >= '\u2E80' and <= '\uFAFF';

    /// <summary>A short word written out; of <c>21ST</c> the number, because half of the sources write it.</summary>
    private static ReadOnlySpan<char> Whole(ReadOnlySpan<char> word)
    {
        if (word.Length > 2 && char.IsAsciiDigit(word[^3]) && word[^2..] is "ST" or "ND" or "RD" or "TH" && !word[..^2].ContainsAnyExceptInRange('0', '9'))
            return word[..^2];
        return Shorts.TryGetValue(word, out var written) ? written : word;
    }

    private static bool IsInWord(char c) => char.IsLetterOrDigit(c) || c is '-' or '\'';

    private static char Half(char c) => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c;
}
