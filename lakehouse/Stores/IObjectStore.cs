namespace Plinth.Lakehouse.Stores;

/// <summary>
/// Where a table's (or the lake's) objects lie. Keys are relative, with '/' between parts. What the Delta protocol asks of a store is here and
/// nothing more; one class per kind of store implements it.
/// </summary>
internal interface IObjectStore
{
    /// <summary>Whether the objects themselves lie at <see cref="LocalPath"/>, so that nothing has to be fetched.</summary>
    bool IsLocal { get; }

    /// <summary>The same store seen from one of its folders.</summary>
    IObjectStore Under(string folder);

    /// <summary>The path at which the engine reads or writes the object on this machine; elsewhere than in a local store, after <see cref="FetchAsync"/> and before <see cref="SealAsync"/>.</summary>
    string LocalPath(string key);

    /// <summary>Brings objects that never change to their <see cref="LocalPath"/>; those that are not there stay away.</summary>
    /// <exception cref="IOException">The store did not answer.</exception>
    ValueTask FetchAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>The whole object, or null where there is none. Never from a copy.</summary>
    ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Size and time of an object, or null where there is none.</summary>
    ValueTask<StoredObject?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>The objects directly in a folder whose name is not before <paramref name="from"/>, in order of name; none where the folder is absent.</summary>
    ValueTask<IReadOnlyList<StoredObject>> ListAsync(string folder, string from, CancellationToken cancellationToken);

    /// <summary>All objects of the store, in folders too and hidden ones included; <see cref="StoredObject.Name"/> is then the whole key. Links to folders are not followed.</summary>
    IAsyncEnumerable<StoredObject> WalkAsync(CancellationToken cancellationToken);

    /// <summary>The names of the folders directly in a folder, in order; none where it is absent.</summary>
    ValueTask<IReadOnlyList<string>> FoldersAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Writes the object durably unless there is one of that key. Of several writers exactly one is told true; readers see the whole object or none.</summary>
    /// <exception cref="StoreUncertainException">The outcome is unknown, now or for ever: the object may still appear.</exception>
    /// <exception cref="IOException">It could not be written.</exception>
    ValueTask<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Writes the object, in place of one that may be there.</summary>
    ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Makes durable what the engine wrote at <see cref="LocalPath"/>; elsewhere than in a local store, by sending it there.</summary>
    ValueTask SealAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes the object; nothing happens where there is none.</summary>
    ValueTask DeleteAsync(string key, CancellationToken cancellationToken);
}

/// <summary>What a store knows of an object.</summary>
/// <param name="Name">Last part of the key.</param>
internal sealed record StoredObject(string Name, long Size, DateTimeOffset Modified);

/// <summary>A store did not say what became of a request that changes something. Read the object to learn it, and do not count on its absence.</summary>
internal sealed class StoreUncertainException(string message) : IOException(message);

/// <summary>Steps of the public face that return at once for a local store and, being asked from code that cannot wait otherwise, block for another.</summary>
internal static class Blocking
{
    public static void Fetch(this IObjectStore store, IReadOnlyCollection<string> keys)
    {
        if (!store.IsLocal && keys.Count > 0)
            Task.Run(async () => await store.FetchAsync(keys, CancellationToken.None)).GetAwaiter().GetResult();
    }

    /// <summary>Waits on a thread of the pool's, so that no context of the caller's is needed to go on.</summary>
    public static T Wait<T>(this IObjectStore store, Func<ValueTask<T>> work) =>
        store.IsLocal ? work().AsTask().GetAwaiter().GetResult() : Task.Run(async () => await work()).GetAwaiter().GetResult();
}
