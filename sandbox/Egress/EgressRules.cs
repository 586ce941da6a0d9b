namespace Plinth.Sandbox.Egress;

/// <summary>What a table about persons must keep to before it leaves; where two owners differ the stricter counts.</summary>
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
    /// <summary>Bits that an output of one line a row may carry for each row.</summary>
    public double RowBits { get; init; } = 20;

    public EgressRules Stricter(EgressRules other) => new()
    {
        SmallestCount = Math.Max(SmallestCount, other.SmallestCount), RoundTo = Math.Max(RoundTo, other.RoundTo), DominantShare = Math.Min(DominantShare, other.DominantShare),
        GuessShare = Math.Max(GuessShare, other.GuessShare), BitsPerRow = Math.Min(BitsPerRow, other.BitsPerRow), RowBits = Math.Min(RowBits, other.RowBits),
    };
}
