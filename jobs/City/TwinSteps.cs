using Plinth.Twin;

namespace Plinth.Jobs;

/// <summary>The map from the tables, and its release.</summary>
internal static class TwinSteps
{
    private static readonly string[] Sources =
        ["base.admin_unit", "base.responsibility_area", "base.road", "base.waterway", "base.footprint", "base.poi", "imagery.photo", "imagery.scene", "imagery.tile", "model.asset", "model.object", "model.tile", "sensor.thing", "sensor.datastream", "sensor.detector_config", "hotline.service_request"];

    internal static readonly string[] Tables = ["twin.entity", "twin.entity_geometry", "twin.claim", "twin.fact", "twin.relation"];

    internal static PipelineStep Derive() => new("derive-twin", "deriving the twin", Sources, Tables, async (context, cancellationToken) =>
    {
        using var twin = CityTwin.Open(context.Catalog);
        var report = await twin.DeriveAsync(context.RunId, context.CodeVersion, context.Progress, cancellationToken);
        return report.NothingNew ? "nothing new" : $"{report.Rows.Values.Sum():N0} rows: {string.Join(", ", report.Rows.Select(r => $"{r.Key["twin.".Length..]} {r.Value:N0}"))}";
    });

    internal static PipelineStep Publish() => new("release-tables", "naming a consistent set of versions", [.. Sources, .. Tables, "module.finding", "module.proposal", "module.feedback"], [], async (context, cancellationToken) =>
    {
        var release = await context.Catalog.Lake.ReleaseAsync(cancellationToken);
        return $"release {release.Number} of {release.Versions.Count} tables";
    });
}
