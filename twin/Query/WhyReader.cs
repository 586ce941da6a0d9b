using System.Globalization;
using System.IO.Enumeration;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Derivation;

namespace Plinth.Twin.Query;

/// <summary>Tells in words how the rules chose a fact among its claims.</summary>
internal static class WhyReader
{
    /// <summary>One for each stretch of the world's time that is asked for.</summary>
    public static IReadOnlyList<FactReason> Of(SqlConnection connection, string id, string property, TwinTime at)
    {
        var rules = ReferenceData.Rules();
        var claims = CardReader.Claims(connection, id, property, at);
        return
        [
            .. CardReader.Facts(connection, id, at).Where(f => f.Property == property).Select(f =>
                new FactReason(f, rules.FirstOrDefault(r => r.Id == f.RuleId)?.Says ?? "a rule that is no longer kept",
                    [.. Judge(f, [.. claims.Where(c => Overlap(c.Valid, f.Valid))], rules)])),
        ];
    }

    private static IEnumerable<ClaimReason> Judge(EntityFact fact, IReadOnlyList<EntityClaim> claims, IReadOnlyList<FactRule> rules)
    {
        var judged = claims.Select(c => (Claim: c, Rule: Best(c, rules))).ToList();
        var chosen = judged.FirstOrDefault(j => j.Claim.ClaimId == fact.ClaimId);
        return judged.OrderBy(j => j.Claim.ClaimId != fact.ClaimId).ThenBy(j => j.Rule.Rank)
            .ThenByDescending(j => j.Rule.Prefer == FactRule.Surest ? j.Claim.Confidence : null).ThenByDescending(j => j.Claim.PhenomenonTime).ThenByDescending(j => j.Claim.Recorded.From)
            .Select(j => new ClaimReason(j.Claim, j.Rule.Id, j.Rule.Rank, j.Claim.ClaimId == fact.ClaimId,
                j.Claim.ClaimId == fact.ClaimId ? claims.Count == 1 ? "chosen: the only claim" : "chosen" : chosen.Claim is null ? "" : Lost(j, chosen)));
    }

    private static string Lost((EntityClaim Claim, FactRule Rule) it, (EntityClaim Claim, FactRule Rule) chosen)
    {
        if (it.Rule.Rank != chosen.Rule.Rank)
            return Text($"rule {it.Rule.Id} has rank {it.Rule.Rank}, after {chosen.Rule.Rank} of {chosen.Rule.Id}");
        if (chosen.Rule.Prefer == FactRule.Surest && it.Claim.Confidence != chosen.Claim.Confidence)
            return Text($"less sure: {it.Claim.Confidence ?? 0} against {chosen.Claim.Confidence ?? 0}");
        if (it.Claim.PhenomenonTime != chosen.Claim.PhenomenonTime)
            return it.Claim.PhenomenonTime is { } seen ? Text($"observed earlier: {seen:u}") : "it is not known when it was observed";
        return it.Claim.Recorded.From != chosen.Claim.Recorded.From ? Text($"recorded earlier: {it.Claim.Recorded.From:u}") : "equal in all that rules look at: the lower claim id holds";
    }

    private static FactRule Best(EntityClaim claim, IReadOnlyList<FactRule> rules) => rules
        .Where(r => (r.Property is "*" || r.Property == claim.Property) && (r.Method is "*" || r.Method == claim.Method?.Split(':')[0])
            && FileSystemName.MatchesSimpleExpression(r.Source, claim.Origin.SourceId, ignoreCase: false))
        .OrderBy(r => r.Rank).ThenBy(r => r.Id, StringComparer.Ordinal).First();

    private static bool Overlap(Interval a, Interval b) => !(a.To <= b.From || b.To <= a.From);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
