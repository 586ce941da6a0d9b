namespace Plinth.Ingestion.Bulk;

/// <summary>Numbers as logs have them, out of their bytes. What is not plain is left to the careful way, so that both give the same.</summary>
internal static class QuickNumber
{
    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>A decimal of at most 15 digits: such a quotient of two exact doubles is the nearest double.</summary>
    public static bool TryDouble(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        if (!TryDigits(text, out var digits, out var decimals))
            return false;
        value = decimals == 0 ? digits : digits / Powers[decimals];
        return true;
    }

    /// <summary>A whole number of at most 15 digits.</summary>
    public static bool TryLong(ReadOnlySpan<byte> text, out long value) => TryDigits(text, out value, out var decimals) && decimals == 0;

    private static bool TryDigits(ReadOnlySpan<byte> text, out long value, out int decimals)
    {
        (value, decimals) = (0, 0);
        var negative = text.Length > 0 && text[0] == '-';
        var (at, point) = (negative ? 1 : 0, -1);
        if (text.Length - at is 0 or > 16)
            return false;
        for (; at < text.Length; at++)
        {
            var digit = (uint)(text[at] - '0');
            if (digit <= 9)
                value = value * 10 + digit;
            else if (text[at] == '.' && point < 0 && at + 1 < text.Length && at > (negative ? 1 : 0))
                point = at;
            else
                return false;
        }
        decimals = point < 0 ? 0 : text.Length - point - 1;
        if (text.Length - (negative ? 1 : 0) - (point < 0 ? 0 : 1) > 15)
            return false;
        if (negative)
            value = value == 0 ? 0 : -value;
        return true;
    }
}
