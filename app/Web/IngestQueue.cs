using System.Collections.Concurrent;
using Plinth.Catalog;
using Plinth.Ingestion;
using Plinth.Jobs;

namespace Plinth.App.Web;

/// <summary>Files that came over HTTP, waiting to be taken in. What waits is taken in together, so that many small batches make few commits; when too much waits, more is turned away.</summary>
internal sealed class IngestQueue(CityCatalog catalog, int most = IngestQueue.Most, TimeSpan? gather = null) : BackgroundService
{
    /// <summary>Files that may wait.</summary>
    internal const int Most = 64;

    private readonly ConcurrentQueue<Job> _waiting = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly TimeSpan _gather = gather ?? TimeSpan.FromMilliseconds(150);
    private int _count;

    /// <summary>Commits made, in rounds.</summary>
    internal int Rounds { get; private set; }

    /// <summary>Puts a file in line; false where too much waits already.</summary>
    internal bool TryAdd(SourceContract contract, string path, out Task<IngestedFile> done)
    {
        if (Interlocked.Increment(ref _count) > most)
        {
            Interlocked.Decrement(ref _count);
            done = Task.FromCanceled<IngestedFile>(new(canceled: true));
            return false;
        }
        var job = new Job(contract, path);
        done = job.Done.Task;
        _waiting.Enqueue(job);
        _arrived.Release();
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await _arrived.WaitAsync(stoppingToken);
            await Task.Delay(_gather, catalog.Lake.Time, stoppingToken);
            List<Job> jobs = [];
            while (_waiting.TryDequeue(out var job))
                jobs.Add(job);
            foreach (var group in jobs.GroupBy(j => j.Contract.Name))
                await TakeAsync([.. group], stoppingToken);
            Interlocked.Add(ref _count, -jobs.Count);
        }
    }

    private async Task TakeAsync(List<Job> jobs, CancellationToken cancellationToken)
    {
        try
        {
            var contract = jobs[0].Contract;
            var report = await Wiring.Ingestor(catalog, Shared.NewRunId(catalog.Lake.Time), Shared.CodeVersion)
                .IngestAsync(contract.Family, [.. jobs.Select(j => j.Path)], contract.Name, null, cancellationToken);
            Rounds++;
            foreach (var job in jobs)
                job.Done.SetResult(report.Files.First(f => f.Path == job.Path));
        }
        catch (Exception failure)
        {
            foreach (var job in jobs)
                job.Done.TrySetException(failure); // each request answers for itself
        }
    }

    private sealed record Job(SourceContract Contract, string Path)
    {
        public TaskCompletionSource<IngestedFile> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
