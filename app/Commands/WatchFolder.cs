using Plinth.Ingestion;

namespace Plinth.App.Commands;

/// <summary>Takes in what comes into folders, again and again. A file is taken when its size and time have stood still from one look to the next.</summary>
internal sealed class WatchFolder(IReadOnlyList<string> paths, TimeProvider time, TimeSpan pause)
{
    private readonly Dictionary<string, (long, DateTime)> _before = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long, DateTime)> _taken = new(StringComparer.Ordinal);

    /// <summary>Goes on until it is cancelled.</summary>
    /// <param name="take">Takes files in; a refusal of one does not end the watching.</param>
    public async Task RunAsync(Func<IReadOnlyList<string>, Task> take, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (Ready() is { Count: > 0 } files)
                await take(files);
            try
            {
                await Task.Delay(pause, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Files that have stood still and were not taken as they are.</summary>
    internal List<string> Ready()
    {
        List<string> ready = [];
        foreach (var file in paths.SelectMany(Files))
        {
            FileInfo info = new(file);
            if (!info.Exists)
                continue;
            var now = (info.Length, info.LastWriteTimeUtc);
            if (_before.TryGetValue(file, out var before) && before == now && (!_taken.TryGetValue(file, out var taken) || taken != now))
            {
                ready.Add(file);
                _taken[file] = now;
            }
            _before[file] = now;
        }
        return ready;
    }

    private static IEnumerable<string> Files(string path) => !Directory.Exists(path) ? [path]
        : Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Where(f => !Path.GetFileName(f).StartsWith('.') && !f.EndsWith(".part", StringComparison.Ordinal) && !f.EndsWith(".tmp", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
