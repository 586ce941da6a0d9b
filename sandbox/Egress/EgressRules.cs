namespace Plinth.Sandbox.Egress;

/// <summary>What a table about persons must keep to before it leaves.</summary>
/// <remarks>Dominance and p-ratio as in ACRO and the Handbook on Statistical Disclosure Control; the count is ACRO's 10, above OpenSAFELY's 7 and DataSHIELD's 3 to 5.</remarks>
internal sealed record EgressRules
{
    /// <summary>A cell on fewer is suppressed, and two cohorts that differ by fewer are not both released.</summary>
    public int SmallestCount { get; init; } = 10;
    /// <summary>Counts are rounded to a multiple of it, after suppression.</summary>
    public int RoundTo { get; init; } = 5;
    /// <summary>A sum of which the two largest contributors make more than this share is suppressed.</summary>
    public double DominantShare { get; init; } = 0.85;
    /// <summary>A sum from which the second largest contributor could guess the largest more closely than this share is suppressed.</summary>
    public double GuessShare { get; init; } = 0.10;
    /// <summary>Bits that a table may carry for each row that went in.</summary>
    public double BitsPerRow { get; init; } = 0.5;
    /// <summary>Bits that a line about one row may carry: its label, and as many decimals of its confidence as are left over.</summary>
    public double RowBits { get; init; } = 20;

    /// <summary>Decimals of a confidence from 0 to 1 that may be kept beside one of so many labels, at most three: they say what is meant, sixteen would carry anything out. Null where not even 0 or 1 may.</summary>
    public int? ConfidenceDecimals(int labels)
    {
        for (var decimals = 3; decimals >= 0; decimals--)
            if (Math.Log2(Math.Max(1, labels)) + Math.Log2(Math.Pow(10, decimals) + 1) <= RowBits)
                return decimals;
        return null;
    }

    /// <summary>Whether one of so many labels is itself more than a line may carry.</summary>
    public bool TooManyLabels(int labels) => Math.Log2(Math.Max(1, labels)) > RowBits;
}
