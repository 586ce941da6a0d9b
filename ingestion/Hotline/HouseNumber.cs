namespace Plinth.Ingestion.Hotline;

/// <summary>Finds the house number beside a street's name in an address of normal form: after it (建设路12号, Landstrasse 12a), or before it (285 COZINE AVENUE).</summary>
internal static class HouseNumber
{
    private const int Longest = 10;

    /// <param name="at">Where the street's name begins.</param>
    /// <param name="length">Of the name.</param>
    /// <returns>Empty where there is none.</returns>
    public static ReadOnlySpan<char> Beside(ReadOnlySpan<char> text, int at, int length)
    {
        var isChinese = AddressText.IsChinese(text[at + length - 1]);
        var after = text[(at + length)..].TrimStart(' ');
        var end = End(after);
        if (end > 0)
            return after[..end];
        if (isChinese)
            return [];
        var before = text[..at].TrimEnd(' ');
        var start = before.LastIndexOf(' ') + 1;
        var word = before[start..];
        return End(word) == word.Length ? word : [];
    }

    /// <summary>How much of a text is a house number: digits, a hyphen and more of them, one letter.</summary>
    private static int End(ReadOnlySpan<char> text)
    {
        var end = 0;
        while (end < text.Length && end < Longest && (char.IsAsciiDigit(text[end]) || (end > 0 && text[end] == '-' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))))
            end++;
        if (end > 0 && end < text.Length && char.IsAsciiLetter(text[end]) && (end + 1 == text.Length || !char.IsLetterOrDigit(text[end + 1])))
            end++;
        return end > 0 && end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '米') ? 0 : end;
    }

    /// <summary>Cuts an address point's text into its street and its number: <c>Landstrasse 12, 9494, Schaan</c>, <c>建设路12号</c>, <c>285 Cozine Avenue</c>. Both are of normal form.</summary>
    public static (string Street, string Number)? Cut(string address)
    {
        var comma = address.IndexOfAny([',', '，', ';']);
        var first = AddressText.Normalise(comma < 0 ? address : address[..comma]);
        var digit = first.AsSpan().IndexOfAnyInRange('0', '9');
        if (digit < 0)
            return null;
        if (digit == 0 && first.IndexOf(' ', StringComparison.Ordinal) is > 0 and var blank && End(first.AsSpan(0, blank)) == blank)
            return (first[(blank + 1)..], first[..blank]);
        // The last number is the house's: EAST 21 STREET 12, 建设路12号.
        for (var at = first.Length - 1; at > 0; at--)
            if (char.IsAsciiDigit(first[at]) && !char.IsAsciiDigit(first[at - 1]) && first[at - 1] != '-' && End(first.AsSpan(at)) is > 0 and var end
                && (at + end == first.Length || AddressText.IsChinese(first[at + end])) && first[..at].TrimEnd(' ') is { Length: > 1 } street)
                return (street, first.Substring(at, end));
        return null;
    }
}
