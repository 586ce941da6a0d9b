namespace Plinth.Twin;

/// <summary>Why a fact is what it is.</summary>
/// <param name="Rule">What the rule says that chose it.</param>
/// <param name="Claims">The claims it was chosen among, those that came nearest first, the chosen one at the head.</param>
public sealed record FactReason(EntityFact Fact, string Rule, IReadOnlyList<ClaimReason> Claims);

/// <summary>A claim as the rules judged it.</summary>
/// <param name="RuleId">The rule that fits it best.</param>
/// <param name="Rank">Of that rule: the lowest is chosen.</param>
/// <param name="Why">In words.</param>
public sealed record ClaimReason(EntityClaim Claim, string RuleId, int Rank, bool Chosen, string Why);
