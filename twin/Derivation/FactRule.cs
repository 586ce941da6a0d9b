namespace Plinth.Twin.Derivation;

/// <summary>A line of <c>rules.csv</c>: which claims it fits, and how they stand among others.</summary>
/// <param name="Property">Of the claim; <c>*</c> is any.</param>
/// <param name="Method">The claim's method up to its colon; <c>*</c> is any.</param>
/// <param name="Source">The claim's source, with <c>*</c> for any text.</param>
/// <param name="Rank">Lower ones go first. A claim is judged by the lowest that fits it.</param>
/// <param name="Prefer">Among claims of one rank: <c>surest</c>, the highest confidence and then the newest; or <c>newest</c>. Rules of one rank that fit one property agree on it.</param>
/// <param name="Says">In words.</param>
internal sealed record FactRule(string Id, string Property, string Method, string Source, int Rank, string Prefer, string Says)
{
    internal const string Surest = "surest", Newest = "newest";
}
