using Plinth.Lakehouse;
using Plinth.Modules;

namespace Plinth.Jobs;

/// <summary>Decisions that the city's own records hold already.</summary>
internal static class FeedbackSteps
{
    internal const string Record = "record:nyc-311";

    private const int LeftOpen = 10;

    /// <summary>
    /// The orders' export says which agency in fact handled each one: that is the decision a dispatcher took. All but the newest ten proposals get it as
    /// feedback, so that a person has some left to decide.
    /// </summary>
    internal static PipelineStep FromTheRecord() => new("feedback-from-record", "what the city's own record says of the advice", ["module.proposal", "hotline.service_request"], ["module.feedback"], async (context, cancellationToken) =>
    {
        FindingDesk desk = new(context.Catalog);
        var handled = (await context.Engine.QueryAsync(HandledBy, [new("hotline", "service_request")], "feedback: who handled it", cancellationToken)).ToDictionary(r => (string)r[0]!, r => (string)r[1]!);
        var verdicts = (await desk.ListAsync("service", limit: int.MaxValue, cancellationToken: cancellationToken))
            .OrderBy(p => p.SubjectId, StringComparer.Ordinal).SkipLast(LeftOpen)
            .Where(p => p.State == "open" && handled.ContainsKey(p.SubjectId))
            .Select(p => handled[p.SubjectId] == p.Value
                ? new Verdict(p.ProposalId, Decision.Accepted, null, Record, "the agency that handled it")
                : new Verdict(p.ProposalId, Decision.Corrected, handled[p.SubjectId], Record, "another agency handled it"))
            .ToList();
        var recorded = verdicts.Count == 0 ? 0 : await desk.DecideAsync("service", verdicts, context.RunId, context.CodeVersion, cancellationToken);
        var counts = await desk.CountAsync("service", cancellationToken);
        return $"{recorded:N0} new; service: {string.Join(", ", counts.Select(c => $"{c.Value:N0} {c.Key}"))}";
    });

    private const string HandledBy = """
        SELECT 'urn:plinth:service-request:nyc-311:' || service_request_id, agency_responsible
        FROM   hotline.service_request
        WHERE  source = 'nyc-311' AND agency_responsible IS NOT NULL
        """;
}
