namespace Plinth.Lakehouse.Stores;

/// <summary>
/// Where a table's (or the lake's) objects lie. Keys are relative, with '/' between parts. What the Delta protocol asks of a store is here and
/// nothing more; one class per kind of store implements it.
/// </summary>
internal interface IObjectStore
{
    /// <summary>The path at which the engine reads or writes the object on this machine.</summary>
    string LocalPath(string key);

    /// <summary>The whole object, or null where there is none.</summary>
    ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Size and time of an object, or null where there is none.</summary>
    ValueTask<StoredObject?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>The objects directly in a folder whose name is not before <paramref name="from"/>, in order of name; none where the folder is absent.</summary>
    ValueTask<IReadOnlyList<StoredObject>> ListAsync(string folder, string from, CancellationToken cancellationToken);

    /// <summary>All objects of the store, in folders too and hidden ones included; <see cref="StoredObject.Name"/> is then the whole key. Links to folders are not followed.</summary>
    IAsyncEnumerable<StoredObject> WalkAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("This kind of store cannot list all its objects yet; vacuum and erase need that.");

    /// <summary>Writes the object durably unless there is one of that key. Of several writers exactly one is told true; readers see the whole object or none.</summary>
    /// <exception cref="IOException">The outcome is unknown: read the object to learn it.</exception>
    ValueTask<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Writes the object, in place of one that may be there.</summary>
    ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Makes durable what the engine wrote at <see cref="LocalPath"/>.</summary>
    ValueTask SealAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes the object; nothing happens where there is none.</summary>
    ValueTask DeleteAsync(string key, CancellationToken cancellationToken);
}

/// <summary>What a store knows of an object.</summary>
/// <param name="Name">Last part of the key.</param>
internal sealed record StoredObject(string Name, long Size, DateTimeOffset Modified);
