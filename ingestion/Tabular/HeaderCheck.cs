using Plinth.Catalog;

namespace Plinth.Ingestion.Tabular;

/// <summary>Holds a file's columns against what its layout needs.</summary>
internal static class HeaderCheck
{
    /// <summary>Position of a column, exact to the letter, or -1.</summary>
    public static int IndexOf(IReadOnlyList<string> header, string name)
    {
        for (var i = 0; i < header.Count; i++)
            if (string.Equals(header[i], name, StringComparison.Ordinal))
                return i;
        return -1;
    }

    /// <exception cref="SourceFormatException">Required columns are absent, or a column that is used occurs twice.</exception>
    public static void Require(string file, SourceContract contract, IReadOnlyList<string> header)
    {
        var used = contract.Columns.Where(c => c.From is not null).ToList();
        var missing = used.Where(c => c.Required && IndexOf(header, c.From!) < 0).Select(c => c.From!).Distinct(StringComparer.Ordinal).ToList();
        if (missing.Count > 0 || (used.Count > 0 && used.All(c => IndexOf(header, c.From!) < 0)))
            throw new SourceFormatException(file, $"has no column {List(missing.Count > 0 ? missing : [.. used.Select(c => c.From!)])}; its columns are {List(header)}", Expected(contract));
        if (used.FirstOrDefault(c => header.Count(h => h == c.From) > 1) is { } twice)
            throw new SourceFormatException(file, $"has the column '{twice.From}' more than once", Expected(contract));
    }

    /// <summary>What a file of the layout is, for refusals.</summary>
    public static string Expected(SourceContract contract) =>
        $"a file of layout '{contract.Name}' ({contract.Format} with the columns {List([.. Needed(contract)])})";

    /// <summary>Names in quotes, the first dozen.</summary>
    public static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(12).Select(n => $"'{Rejections.Show(n, hidden: false)}'")) + (names.Count > 12 ? $" and {names.Count - 12} more" : "");

    private static IEnumerable<string> Needed(SourceContract contract) => contract.Recognise is { Header.Length: > 0 } recognise
        ? recognise.Header
        : contract.Columns.Where(c => c.From is not null && c.Required).Select(c => c.From!);
}
