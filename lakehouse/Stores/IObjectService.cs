namespace Plinth.Lakehouse.Stores;

/// <summary>What an object service offers on its own keys; <see cref="RemoteStore"/> makes a store of it. All failures are <see cref="IOException"/>s without secrets.</summary>
internal interface IObjectService
{
    /// <summary>The whole object, or null where there is none.</summary>
    Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Writes the object's bytes, all of one version of it, to <paramref name="file"/>; null where there is none.</summary>
    Task<StoredObject?> DownloadAsync(string key, string file, CancellationToken cancellationToken);

    Task<StoredObject?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>Objects whose key begins with <paramref name="prefix"/>, by whole key, in its order.</summary>
    /// <param name="from">Keys before it may be left out.</param>
    /// <param name="folders">Whether what lies behind the next '/' is given as one folder (its name ends with '/').</param>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, string from, bool folders, CancellationToken cancellationToken);

    /// <summary>One try to write an object that is not there; false when it is.</summary>
    /// <exception cref="StoreUncertainException">The service did not say what it did.</exception>
    Task<bool> TryCreateAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Sends a file, large ones in pieces; readers see the whole object or none.</summary>
    Task UploadAsync(string key, string file, CancellationToken cancellationToken);

    Task DeleteAsync(string key, CancellationToken cancellationToken);
}
