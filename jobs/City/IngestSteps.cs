using Plinth.Catalog;
using Plinth.Ingestion;

namespace Plinth.Jobs;

/// <summary>Files of one family into tables.</summary>
public static class IngestSteps
{
    private static readonly Dictionary<string, string[]> Writes = new(StringComparer.Ordinal)
    {
        ["base"] = ["base.admin_unit", "base.road", "base.waterway", "base.footprint", "base.poi", "base.rejected"],
        ["photos"] = ["imagery.photo", "imagery.pose", "imagery.ground_control", "imagery.flight_log", "imagery.camera", "imagery.mission", "imagery.rejected"],
        ["models"] = ["model.asset", "model.object", "model.tile", "model.point", "model.rejected"],
        ["imagery"] = ["imagery.scene", "imagery.tile", "imagery.rejected"],
        ["sensors"] = ["sensor.thing", "sensor.datastream", "sensor.observation", "sensor.event", "sensor.detector_config", "sensor.rejected"],
        ["hotline"] = ["hotline.service_request", "hotline.status_change", "hotline.rejected"],
    };

    /// <summary>An ingestor with the twin's coordinates.</summary>
    /// <param name="change">Changes the options that it would have.</param>
    public static Ingestor Ingestor(CityCatalog catalog, string runId, string codeVersion, Func<IngestOptions, IngestOptions>? change = null)
    {
        var options = new IngestOptions { RunId = runId, CodeVersion = codeVersion, Coordinates = new TwinCoordinates(), PseudonymKey = Environment.GetEnvironmentVariable("PLINTH_PSEUDONYM_KEY") is { Length: > 0 } key ? key : null };
        return new(catalog, change?.Invoke(options) ?? options);
    }

    internal static PipelineStep Family(string family, string folder) => new($"ingest-{family}", $"taking in {family}", [$"files:{folder}"], Writes[family], async (context, cancellationToken) =>
    {
        if (!Directory.Exists(folder))
            return $"no folder '{folder}'";
        var report = await Ingestor(context.Catalog, context.RunId, context.CodeVersion)
            .IngestAsync(family, [folder], progress: new Lines(context.Progress), cancellationToken: cancellationToken);
        var refused = report.Files.Where(f => f.Status == FileStatus.Refused).ToList();
        if (refused.Count > 0)
            throw new IngestRefusedException(refused);
        return Describe(report);
    });

    private static string Describe(IngestReport report)
    {
        var fresh = report.Files.Count(f => f.Status == FileStatus.Ingested);
        var same = report.Files.Count(f => f.Status == FileStatus.Unchanged);
        return fresh == 0 ? $"{same} files, all here already"
            : $"{fresh} files, {report.Rows:N0} rows{(report.Rejected > 0 ? $", {report.Rejected:N0} rejected" : "")}{(same > 0 ? $"; {same} files were here already" : "")}";
    }

    private sealed class Lines(IProgress<string> progress) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value) => progress.Report($"{Path.GetFileName(value.File)} ({value.Done}/{value.Total})");
    }
}

/// <summary>Files of a pipeline were refused; the others were taken in.</summary>
public sealed class IngestRefusedException(IReadOnlyList<IngestedFile> files)
    : Plinth.Lakehouse.LakeException(string.Join("; ", files.Select(f => $"{f.Path}: {f.Reason}")))
{
    /// <summary>The refused ones, with the reason.</summary>
    public IReadOnlyList<IngestedFile> Files { get; } = files;
}
