using System.Runtime.CompilerServices;

namespace Plinth.Lakehouse.Stores;

/// <summary>A store behind the network, with copies on this machine of what never changes.</summary>
/// <remarks>
/// Put-if-absent: 1. Try once; the service's own condition decides. 2. No answer: read the object; ours is there: won; another's: lost.
/// 3. It is absent: the try may have been refused or may still be under way. Try again with the same bytes, which can only ever succeed once. 4. Give up: unknown.
/// </remarks>
internal sealed class RemoteStore(IObjectService service, string prefix, ObjectCache cache) : IObjectStore
{
    private const int Tries = 4;
    private const int FetchedAtOnce = 8;

    public bool IsLocal => false;

    public IObjectStore Under(string folder) => new RemoteStore(service, Full(folder), cache);

    public string LocalPath(string key) => cache.PathOf(Full(key));

    public async ValueTask FetchAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = FetchedAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(keys.Distinct(StringComparer.Ordinal), options, async (key, token) => await cache.FillAsync(service, Full(key), IsRewritten(key), token));
    }

    public async ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) => await service.ReadAsync(Full(key), cancellationToken);

    public async ValueTask<StoredObject?> FindAsync(string key, CancellationToken cancellationToken) =>
        await service.FindAsync(Full(key), cancellationToken) is { } found ? found with { Name = Last(key) } : null;

    public async ValueTask<IReadOnlyList<StoredObject>> ListAsync(string folder, string from, CancellationToken cancellationToken)
    {
        var start = Start(folder);
        var found = new List<StoredObject>();
        await foreach (var item in service.ListAsync(start, start + from, folders: true, cancellationToken))
            if (!item.Name.EndsWith('/') && string.CompareOrdinal(item.Name, start.Length, from, 0, int.MaxValue) >= 0)
                found.Add(item with { Name = item.Name[start.Length..] });
        return Sorted(found);
    }

    public async IAsyncEnumerable<StoredObject> WalkAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = Start("");
        await foreach (var item in service.ListAsync(start, "", folders: false, cancellationToken))
            yield return item with { Name = item.Name[start.Length..] };
    }

    public async ValueTask<IReadOnlyList<string>> FoldersAsync(string folder, CancellationToken cancellationToken)
    {
        var start = Start(folder);
        var found = new List<string>();
        await foreach (var item in service.ListAsync(start, "", folders: true, cancellationToken))
            if (item.Name.EndsWith('/'))
                found.Add(item.Name[start.Length..^1]);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    public async ValueTask<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (var wait = TimeSpan.FromMilliseconds(50); ; wait *= 3)
        {
            try
            {
                // Once under way, a put is not cancelled: its outcome would be lost with it.
                if (await service.TryCreateAsync(Full(key), content, CancellationToken.None)) // 1
                    return true;
                if (wait <= TimeSpan.FromMilliseconds(50) && await service.FindAsync(Full(key), CancellationToken.None) is not null)
                    return false;
                throw new StoreUncertainException($"'{Full(key)}' is said to be there and is not found.");
            }
            catch (StoreUncertainException e)
            {
                if (await ResolveAsync(key, content, e) is { } won) // 2
                    return won;
                if (wait > TimeSpan.FromMilliseconds(50 * Math.Pow(3, Tries - 2))) // 4
                    throw;
            }
            await Task.Delay(wait, CancellationToken.None); // 3
        }
    }

    public async ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => await service.PutAsync(Full(key), content, cancellationToken);

    public async ValueTask SealAsync(string key, CancellationToken cancellationToken)
    {
        await service.UploadAsync(Full(key), LocalPath(key), cancellationToken);
        cache.Added(LocalPath(key));
    }

    public async ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        cache.Remove(Full(key));
        await service.DeleteAsync(Full(key), cancellationToken);
    }

    /// <summary>Whether the object there is ours; null where there is none.</summary>
    private async ValueTask<bool?> ResolveAsync(string key, ReadOnlyMemory<byte> content, StoreUncertainException cause)
    {
        try
        {
            return await service.ReadAsync(Full(key), CancellationToken.None) is { } there ? there.AsSpan().SequenceEqual(content.Span) : null;
        }
        catch (IOException e) when (e is not StoreUncertainException)
        {
            throw new StoreUncertainException($"{cause.Message} It could not be read either: {e.Message}");
        }
    }

    /// <summary>Checkpoints have names that a table made anew would use again: their copies are compared with the store's. All others never change.</summary>
    private static bool IsRewritten(string key) => key.StartsWith("_delta_log/", StringComparison.Ordinal) || key.Contains("/_delta_log/", StringComparison.Ordinal);

    private string Full(string key) => (prefix.Length, key.Length) switch { (0, _) => key, (_, 0) => prefix, _ => $"{prefix}/{key}" };

    private string Start(string folder) => Full(folder) is { Length: > 0 } full ? full + "/" : "";

    private static string Last(string key) => key[(key.LastIndexOf('/') + 1)..];

    private static List<StoredObject> Sorted(List<StoredObject> found)
    {
        found.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return found;
    }
}
