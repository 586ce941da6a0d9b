namespace Plinth.Sandbox.Egress;

/// <summary>Makes a table about persons fit to leave.</summary>
/// <remarks>
/// 1. Small counts, dominated sums and sums that let the second guess the first are suppressed.
/// 2. Where a row or column has one suppressed cell, its smallest shown one is suppressed too, until none has.
/// 3. Counts are rounded; only then totals are added up, of what is shown.
/// </remarks>
internal static class DisclosureControl
{
    public static OutTable Apply(IReadOnlyList<Cell> cells, EgressRules rules)
    {
        var suppressed = new HashSet<(string Row, string Column)>(cells.Where(cell => Protected(cell, rules)).Select(cell => (cell.Row, cell.Column))); // 1
        while (Complete(cells, suppressed, cell => cell.Row) || Complete(cells, suppressed, cell => cell.Column)) // 2
        {
        }
        var shown = new List<OutCell>(); // 3
        foreach (var cell in cells.OrderBy(c => c.Row, StringComparer.Ordinal).ThenBy(c => c.Column, StringComparer.Ordinal))
            shown.Add(suppressed.Contains((cell.Row, cell.Column)) ? new(cell.Row, cell.Column, null, null) : new(cell.Row, cell.Column, Rounded(cell.Count, rules), cell.Counted ? null : ThreeDigits(cell.Sum)));
        var totals = shown.GroupBy(cell => cell.Row, StringComparer.Ordinal).ToDictionary(row => row.Key, row => row.Sum(cell => cell.Count ?? 0), StringComparer.Ordinal);
        // each shown cell says which multiple its count is, and three digits and a power of ten of its sum; each suppressed one that it is
        var bits = shown.Sum(cell => cell.Count is { } count ? 1 + Math.Log2(count / rules.RoundTo + 1) + (cell.Sum is null ? 0 : Math.Log2(1000) + 4) : 1);
        return new(shown, totals, bits);
    }

    private static bool Protected(Cell cell, EgressRules rules) =>
        cell.Count > 0 && (cell.Count < rules.SmallestCount
            || cell.Largest + cell.Second > rules.DominantShare * cell.Sum
            || cell.Sum - cell.Largest - cell.Second < rules.GuessShare * cell.Largest);

    /// <summary>Suppresses one more cell in each line of the table that has exactly one.</summary>
    private static bool Complete(IReadOnlyList<Cell> cells, HashSet<(string, string)> suppressed, Func<Cell, string> line)
    {
        var more = false;
        foreach (var group in cells.GroupBy(line, StringComparer.Ordinal))
        {
            var hidden = group.Count(cell => suppressed.Contains((cell.Row, cell.Column)));
            var open = group.Where(cell => cell.Count > 0 && !suppressed.Contains((cell.Row, cell.Column))).OrderBy(cell => cell.Count).ThenBy(cell => cell.Row + cell.Column, StringComparer.Ordinal).ToList();
            if (hidden == 1 && open.Count > 0)
                more |= suppressed.Add((open[0].Row, open[0].Column));
        }
        return more;
    }

    private static long Rounded(long count, EgressRules rules) => (long)Math.Round(count / (double)rules.RoundTo, MidpointRounding.AwayFromZero) * rules.RoundTo;

    private static double ThreeDigits(double sum)
    {
        if (sum == 0)
            return 0;
        var scale = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(sum))) - 2);
        return Math.Round(sum / scale) * scale;
    }
}
