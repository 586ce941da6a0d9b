using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Jobs;

/// <summary>Runs pipelines and keeps their history.</summary>
public sealed class JobRunner(CityCatalog catalog, IEngine engine, string codeVersion) : IDisposable
{
    private readonly JobHistory _history = new(catalog.Lake);

    /// <summary>Runs a pipeline's steps in order. A step whose inputs have not changed since its last success is passed over; after a failed one the rest is not run.</summary>
    /// <remarks>A rerun after a crash starts over: steps that were done find their inputs unchanged, the one that was interrupted goes on from what it had committed.</remarks>
    /// <param name="force">Runs every step, whether its inputs changed or not (each adds only what is not there).</param>
    public async Task<RunRecord> RunAsync(Pipeline pipeline, bool force = false, IProgress<(PipelineStep Step, StepRecord? Ended, string? Line)>? progress = null, CancellationToken cancellationToken = default)
    {
        var time = catalog.Lake.Time;
        var runId = $"run-{time.GetUtcNow():yyyyMMddTHHmmss}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        var started = time.GetUtcNow();
        var clock = Stopwatch.StartNew();
        _history.Start(runId, pipeline.Name, started);
        List<StepRecord> steps = [];
        foreach (var step in pipeline.Steps)
        {
            if (steps.Exists(s => s.Status == StepStatus.Failed))
            {
                steps.Add(new(runId, step.Name, StepStatus.NotRun, null, time.GetUtcNow(), TimeSpan.Zero));
                _history.Record(pipeline.Name, steps[^1], null);
                continue;
            }

            progress?.Report((step, null, null));
            var record = await RunStepAsync(pipeline, step, runId, force, line => progress?.Report((step, null, line)), cancellationToken);
            steps.Add(record);
            progress?.Report((step, record, null));
        }

        var status = steps.Exists(s => s.Status == StepStatus.Failed) ? StepStatus.Failed : steps.TrueForAll(s => s.Status is StepStatus.Unchanged or StepStatus.Postponed) ? StepStatus.Unchanged : StepStatus.Done;
        RunRecord run = new(runId, pipeline.Name, status, started, clock.Elapsed, steps);
        _history.Finish(run);
        return run;
    }

    /// <summary>Past runs, newest first.</summary>
    public IReadOnlyList<RunRecord> History(string? pipeline = null, int limit = 20) => _history.Read(pipeline, limit);

    /// <inheritdoc/>
    public void Dispose() => _history.Dispose();

    private async Task<StepRecord> RunStepAsync(Pipeline pipeline, PipelineStep step, string runId, bool force, Action<string> line, CancellationToken cancellationToken)
    {
        var started = catalog.Lake.Time.GetUtcNow();
        var clock = Stopwatch.StartNew();
        var inputs = await FingerprintAsync(step, cancellationToken);
        StepRecord Ended(StepStatus status, string? message) => new(runId, step.Name, status, message, started, clock.Elapsed);
        if (!force && _history.LastSuccess(pipeline.Name, step.Name) == inputs)
        {
            var unchanged = Ended(StepStatus.Unchanged, "nothing new");
            _history.Record(pipeline.Name, unchanged, inputs);
            return unchanged;
        }

        _history.Record(pipeline.Name, Ended(StepStatus.Running, null), null);
        StepRecord record;
        try
        {
            var message = await step.Run(new(catalog, engine, runId, codeVersion, new LineProgress(line)), cancellationToken);
            // What the step wrote may be what it reads (feedback, say), so the state before it ran is what counts as seen.
            record = Ended(StepStatus.Done, message);
        }
        catch (OperationCanceledException)
        {
            _history.Record(pipeline.Name, Ended(StepStatus.Failed, "cancelled; run it again to go on"), null);
            throw;
        }
        catch (StepPostponedException postponed)
        {
            record = Ended(StepStatus.Postponed, postponed.Message);
        }
        catch (Exception exception) when (exception is LakeException or IOException or UnauthorizedAccessException)
        {
            record = Ended(StepStatus.Failed, $"{exception.Message} (reads: {string.Join(", ", step.Reads)}). Mend it and run '{pipeline.Name}' again: the steps before this one are not repeated.");
        }

        _history.Record(pipeline.Name, record, record.Status == StepStatus.Done ? inputs : null);
        return record;
    }

    /// <summary>The state of everything the step reads, and of the code, in one hash.</summary>
    private async Task<string> FingerprintAsync(PipelineStep step, CancellationToken cancellationToken)
    {
        StringBuilder text = new(codeVersion);
        foreach (var input in step.Reads)
        {
            text.Append('\n').Append(input).Append('=');
            if (input == PipelineStep.Day)
            {
                text.Append(catalog.Lake.Time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            }
            else if (input.StartsWith("files:", StringComparison.Ordinal))
            {
                foreach (var file in FilesOf(input["files:".Length..]))
                    text.Append('\n').Append(file.FullName).Append('|').Append(file.Length).Append('|').Append(file.LastWriteTimeUtc.Ticks);
            }
            else
            {
                var table = TableName.Parse(input);
                text.Append(catalog.Lake.Exists(table) ? (await catalog.Lake.ReadAsync(table, cancellationToken: cancellationToken)).Version : -1);
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static IEnumerable<FileInfo> FilesOf(string path) =>
        File.Exists(path) ? [new FileInfo(path)]
        : Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal)
        : [];

    /// <summary>Unlike <see cref="Progress{T}"/> reports at once, in order.</summary>
    private sealed class LineProgress(Action<string> line) : IProgress<string>
    {
        public void Report(string value) => line(value);
    }
}
