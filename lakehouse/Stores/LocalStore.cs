using System.Runtime.CompilerServices;

namespace Plinth.Lakehouse.Stores;

/// <summary>A folder of this machine (or one mounted here; NFS included).</summary>
/// <remarks>
/// Put-if-absent is a hidden temporary file, fsync, <c>link(2)</c>, fsync of the folder, unlink. <see cref="File.Move(string, string)"/> is not used for it:
/// on Linux it checks first and renames then, so two writers can both succeed and one commit is lost.
/// </remarks>
internal sealed class LocalStore(string root) : IObjectStore
{
    private const string Staging = ".staging";
    private static readonly TimeSpan StagingKept = TimeSpan.FromHours(1);
    private int _swept;

    public string Root { get; } = Path.GetFullPath(root);

    public bool IsLocal => true;

    public IObjectStore Under(string folder) => new LocalStore(LocalPath(folder));

    public string LocalPath(string key) => Path.Combine(Root, key);

    public ValueTask FetchAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(File.ReadAllBytes(LocalPath(key)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new((byte[]?)null);
        }
    }

    public ValueTask<StoredObject?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var file = new FileInfo(LocalPath(key));
        return new(file.Exists ? Describe(file) : null);
    }

    public ValueTask<IReadOnlyList<StoredObject>> ListAsync(string folder, string from, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = new List<StoredObject>();
        try
        {
            foreach (var file in new DirectoryInfo(LocalPath(folder)).EnumerateFiles())
                if (string.CompareOrdinal(file.Name, from) >= 0)
                    found.Add(Describe(file));
        }
        catch (DirectoryNotFoundException)
        {
            return new([]);
        }
        found.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new(found);
    }

    public async IAsyncEnumerable<StoredObject> WalkAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var files = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        foreach (var file in Directory.Exists(Root) ? new DirectoryInfo(Root).EnumerateFiles("*", files) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            StoredObject found;
            try
            {
                found = Describe(file) with { Name = Path.GetRelativePath(Root, file.FullName).Replace(Path.DirectorySeparatorChar, '/') };
            }
            catch (FileNotFoundException)
            {
                continue; // gone since
            }
            yield return found;
        }
    }

    public ValueTask<IReadOnlyList<string>> FoldersAsync(string folder, CancellationToken cancellationToken)
    {
        var start = new DirectoryInfo(LocalPath(folder));
        return new(start.Exists ? [.. start.EnumerateDirectories().Select(f => f.Name).Where(name => name != Staging).Order(StringComparer.Ordinal)] : []);
    }

    public ValueTask<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var target = LocalPath(key);
        if (File.Exists(target))
            return new(false);
        var temporary = Stage(content);
        try
        {
            Posix.MakeFolder(Path.GetDirectoryName(target)!);
            if (!Posix.LinkNew(temporary, target))
                return new(false);
            Posix.SyncFolder(Path.GetDirectoryName(target)!);
            return new(true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var target = LocalPath(key);
        Posix.MakeFolder(Path.GetDirectoryName(target)!);
        File.Move(Stage(content), target, overwrite: true);
        Posix.SyncFolder(Path.GetDirectoryName(target)!);
        return ValueTask.CompletedTask;
    }

    public ValueTask SealAsync(string key, CancellationToken cancellationToken)
    {
        var path = LocalPath(key);
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            RandomAccess.FlushToDisk(handle);
        Posix.SyncFolder(Path.GetDirectoryName(path)!);
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            File.Delete(LocalPath(key));
        }
        catch (DirectoryNotFoundException)
        {
            // Then the object is not there either.
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>A temporary file in the store's own staging folder (same file system, so that it can be linked), written through to the disk.</summary>
    private string Stage(ReadOnlyMemory<byte> content)
    {
        var folder = Path.Combine(Root, Staging);
        Posix.MakeFolder(folder);
        if (Interlocked.Exchange(ref _swept, 1) == 0)
            Sweep(folder);
        var path = Path.Combine(folder, $"{Guid.CreateVersion7():n}.tmp");
        using var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, content.Length);
        RandomAccess.Write(handle, content.Span, 0);
        RandomAccess.FlushToDisk(handle);
        return path;
    }

    /// <summary>Removes temporary files that killed processes left behind.</summary>
    private static void Sweep(string folder)
    {
        var before = TimeProvider.System.GetUtcNow().UtcDateTime - StagingKept;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*.tmp"))
        {
            try
            {
                if (file.LastWriteTimeUtc < before)
                    file.Delete();
            }
            catch (IOException)
            {
                // Another process swept it first.
            }
        }
    }

    private static StoredObject Describe(FileInfo file) => new(file.Name, file.Length, new(file.LastWriteTimeUtc, TimeSpan.Zero));
}
