namespace Plinth.Catalog.Contracts.Yaml;

/// <summary>The word that was probably meant.</summary>
internal static class Suggestion
{
    public static string For(string word, params ReadOnlySpan<string> known)
    {
        string? best = null;
        var bestDistance = Math.Max(2, word.Length / 3) + 1;
        foreach (var candidate in known)
            if (Distance(word, candidate) is var distance && distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        return best is null ? $"; known are {string.Join(", ", known)}" : $"; did you mean '{best}'?";
    }

    /// <summary>Levenshtein's distance without regard to case.</summary>
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
