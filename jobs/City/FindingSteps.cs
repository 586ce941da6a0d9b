using System.Text.Json;
using Plinth.Lakehouse;
using Plinth.Modules;
using Plinth.Sandbox;

namespace Plinth.Jobs;

/// <summary>Steps that find something, and the modules' proposals.</summary>
internal static class FindingSteps
{
    /// <summary>The released algorithm advises on the newest orders.</summary>
    internal static PipelineStep Advise() => new("advise-orders", "the released algorithm on the newest orders", ["sandbox.release", "hotline.service_request"], ["module.finding"], async (context, cancellationToken) =>
    {
        using var sandbox = SandboxSteps.Open(context);
        var released = sandbox.Submissions(SandboxSteps.Scenario).LastOrDefault(s => s.State == SubmissionState.Released);
        if (released is null)
            return "nothing is released";
        var run = await sandbox.RunReleasedAsync(released.Id, SandboxSteps.Purpose, cancellationToken: cancellationToken);
        var orders = (await context.Engine.QueryAsync(FindingSql.Orders, [new("hotline", "service_request")], "advice: place of orders", cancellationToken)).ToDictionary(r => (string)r[0]!);
        var now = context.Catalog.Lake.Time.GetUtcNow().UtcDateTime;
        var findings = run.Rows.Where(r => orders.ContainsKey(r.Key)).Select(r => new Finding(
            FindingDesk.Identify("finding", FindingKinds.AgencyAdvice, run.AlgorithmSha256, r.Key), "service", FindingKinds.AgencyAdvice, Subject(r.Key), r.Value, r.Confidence,
            $"sandbox:{run.Scenario}:{run.AlgorithmSha256[..16]}", run.SubmissionId, run.RunId, now,
            JsonSerializer.Serialize(new { dataset = $"hotline.service_request@{run.DatasetVersion}", service_request_id = r.Key }), (double?)orders[r.Key][1], (double?)orders[r.Key][2])).ToList();
        return await AddAsync(context, findings, $"advise:{run.RunId}", 1, [$"table:hotline.service_request@{run.DatasetVersion}", $"submission:{run.SubmissionId}"], cancellationToken);
    });

    /// <summary>Photographs that follow one another and share too little ground for a model to be made of them.</summary>
    internal static PipelineStep PhotoOverlap() => new("find-overlap", "overlap of consecutive photographs", ["imagery.photo", "twin.entity_geometry"], ["module.finding"], async (context, cancellationToken) =>
    {
        TableName[] reads = [new("imagery", "photo"), new("twin", "entity_geometry")];
        return await FromSqlAsync(context, "drone", FindingKinds.LowOverlap, "builtin:photo-overlap/1", FindingSql.PhotoOverlap, reads, cancellationToken);
    });

    /// <summary>Detectors with speeds far under their usual one, and detectors that fell silent.</summary>
    internal static PipelineStep DetectorSpeed() => new("find-slow-traffic", "slow traffic in the detector log", ["sensor.observation", "sensor.datastream", "sensor.thing"], ["module.finding"], async (context, cancellationToken) =>
    {
        TableName[] reads = [new("sensor", "observation"), new("sensor", "datastream"), new("sensor", "thing")];
        return await FromSqlAsync(context, "traffic", FindingKinds.SlowTraffic, "builtin:detector-speed/1", FindingSql.SlowTraffic, reads, cancellationToken);
    });

    /// <summary>What each module makes of its findings.</summary>
    internal static PipelineStep Propose() => new("propose", "proposals of the modules", ["module.finding"], ["module.proposal"], async (context, cancellationToken) =>
    {
        FindingDesk desk = new(context.Catalog);
        List<string> said = [];
        foreach (var module in CityModules.All)
            said.Add($"{module.Name} {await desk.ProposeAsync(module, context.RunId, context.CodeVersion, cancellationToken):N0}");
        return string.Join(", ", said) + " new";
    });

    /// <summary>The entity of an order, as the twin names it.</summary>
    private static string Subject(string serviceRequestId) => $"urn:plinth:service-request:nyc-311:{serviceRequestId}";

    /// <summary>Queries that find: key, subject, value, confidence, evidence (JSON), longitude, latitude.</summary>
    private static async Task<string> FromSqlAsync(StepContext context, string module, string kind, string algorithm, string sql, TableName[] reads, CancellationToken cancellationToken)
    {
        if (!Array.TrueForAll(reads, context.Catalog.Lake.Exists))
            return "nothing to look at yet";
        List<string> inputs = [];
        foreach (var table in reads)
            inputs.Add($"table:{table}@{(await context.Catalog.Lake.ReadAsync(table, cancellationToken: cancellationToken)).Version}");
        var now = context.Catalog.Lake.Time.GetUtcNow().UtcDateTime;
        var findings = (await context.Engine.QueryAsync(sql, reads, $"find:{kind}", cancellationToken)).Select(r => new Finding(
            FindingDesk.Identify("finding", kind, algorithm, (string)r[0]!), module, kind, (string)r[1]!, (string?)r[2], (double?)r[3], algorithm, null, context.RunId, now,
            (string?)r[4], (double?)r[5], (double?)r[6])).ToList();
        return await AddAsync(context, findings, FindingDesk.Identify("finding-batch", [algorithm, .. inputs]), 1, inputs, cancellationToken);
    }

    private static async Task<string> AddAsync(StepContext context, List<Finding> findings, string batch, long version, IReadOnlyList<string> inputs, CancellationToken cancellationToken)
    {
        var added = await new FindingDesk(context.Catalog).AddFindingsAsync(findings, new(batch, version), new([.. inputs], context.RunId, context.CodeVersion, null, "find"), cancellationToken);
        return $"{findings.Count:N0} findings, {added:N0} new";
    }
}
