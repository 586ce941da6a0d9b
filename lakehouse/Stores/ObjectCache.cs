using System.Collections.Concurrent;

namespace Plinth.Lakehouse.Stores;

/// <summary>
/// Copies, on this machine, of objects that never change. A copy appears whole or not at all, so several processes may share the folder.
/// What was asked for last stays longest; what was asked for within <see cref="Grace"/> stays whatever the limit says, for a query may be about to open it.
/// </summary>
internal sealed class ObjectCache(string folder, long limit, TimeProvider time)
{
    internal static readonly TimeSpan Grace = TimeSpan.FromMinutes(15);
    private readonly string _objects = Path.Combine(folder, "objects");
    private readonly string _staging = Path.Combine(folder, ".staging");
    private readonly ConcurrentDictionary<string, Lazy<Task>> _filling = new(StringComparer.Ordinal);
    private readonly Lock _sweeping = new();
    private long _added = long.MaxValue / 2; // so that the first fill looks what is there

    /// <exception cref="ArgumentException">The key would lead out of the cache.</exception>
    public string PathOf(string key)
    {
        if (key.Split('/').Any(part => part is ".." or "."))
            throw new ArgumentException($"'{key}' is no key of an object: it has a part '.' or '..'.", nameof(key));
        return Path.Combine(_objects, key.TrimStart('/'));
    }

    /// <summary>Makes the copy unless it is there.</summary>
    /// <param name="compare">Whether a copy that is there is first compared with the object's size and time.</param>
    public async Task FillAsync(IObjectService service, string key, bool compare, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        if (!compare && Touch(path))
            return;
        var work = _filling.GetOrAdd(path, _ => new(() => FillAsync(service, key, path, compare)));
        try
        {
            await work.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            _filling.TryRemove(KeyValuePair.Create(path, work));
        }
    }

    /// <summary>Counts a file that was written here before it was sent.</summary>
    public void Added(string path)
    {
        var size = new FileInfo(path) is { Exists: true } file ? file.Length : 0;
        if (Interlocked.Add(ref _added, size) > limit / 10)
            Sweep();
    }

    public void Remove(string key) => Try(() => File.Delete(PathOf(key)));

    private async Task FillAsync(IObjectService service, string key, string path, bool compare)
    {
        if (compare && new FileInfo(path) is { Exists: true } copy && await service.FindAsync(key, CancellationToken.None) is { } there
            && copy.Length == there.Size && copy.LastWriteTimeUtc == there.Modified.UtcDateTime && Touch(path))
            return;
        Directory.CreateDirectory(_staging);
        var temporary = Path.Combine(_staging, $"{Guid.CreateVersion7():n}.tmp");
        try
        {
            if (await service.DownloadAsync(key, temporary, CancellationToken.None) is not { } found)
            {
                Remove(key);
                return;
            }
            using (var handle = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
                RandomAccess.FlushToDisk(handle);
            File.SetLastWriteTimeUtc(temporary, found.Modified.UtcDateTime);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(temporary, path, overwrite: true);
            Touch(path);
            Added(path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Notes that the copy is wanted now; false where there is none.</summary>
    private bool Touch(string path)
    {
        try
        {
            File.SetLastAccessTimeUtc(path, time.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private void Sweep()
    {
        if (!_sweeping.TryEnter())
            return;
        try
        {
            Interlocked.Exchange(ref _added, 0);
            var files = new[] { _objects, _staging }.Where(Directory.Exists)
                .SelectMany(f => new DirectoryInfo(f).EnumerateFiles("*", SearchOption.AllDirectories)).Where(f => f.Exists)
                .Select(f => (File: f, f.Length, Used: Used(f))).OrderBy(f => f.Used).ToList();
            var total = files.Sum(file => file.Length);
            var recent = (time.GetUtcNow() - Grace).UtcDateTime;
            foreach (var (file, size, _) in files.TakeWhile(file => total > limit && file.Used < recent))
                if (Try(file.Delete))
                    total -= size;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another process swept at the same time.
        }
        finally
        {
            _sweeping.Exit();
        }

        // A file under way is written to, a copy is asked for: the later of both counts.
        static DateTime Used(FileInfo file) => file.LastAccessTimeUtc > file.LastWriteTimeUtc ? file.LastAccessTimeUtc : file.LastWriteTimeUtc;
    }

    private static bool Try(Action delete)
    {
        try
        {
            delete();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Another process had it first.
        }
    }
}
