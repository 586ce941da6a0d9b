using System.Buffers;
using System.Security.Cryptography;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Raw;

/// <summary>Originals, stored once under the SHA-256 of their content: <c>raw/sha256/ab/cd…</c>. Never changed, never overwritten.</summary>
public sealed partial class RawZone
{
    private const int BufferSize = 1 << 20, HashedAtOnce = 256 << 10;

    internal RawZone(IObjectStore store) => _store = store;

    private readonly IObjectStore _store;

    /// <summary>Stores a file as it is; the same content twice changes nothing.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file could not be read, or the zone not written.</exception>
    public async ValueTask<RawObject> PutAsync(string file, CancellationToken cancellationToken = default)
    {
        var staging = _store.LocalPath(".staging");
        Posix.MakeFolder(staging);
        var temporary = Path.Combine(staging, $"{Guid.CreateVersion7():n}.tmp");
        try
        {
            var (sha256, size) = await CopyAsync(file, temporary, cancellationToken);
            var key = Key(sha256);
            var target = _store.LocalPath(key);
            if (!_store.IsLocal)
                return new(sha256, size, target, await SendAsync(temporary, key, size, cancellationToken));
            if (IsWhole(target, size))
                return new(sha256, size, target, Added: false);
            Posix.MakeFolder(Path.GetDirectoryName(target)!);
            var added = Posix.LinkNew(temporary, target);
            Posix.SyncFolder(Path.GetDirectoryName(target)!);
            return added || IsWhole(target, size)
                ? new(sha256, size, target, added)
                : throw Damaged(target, size);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The hash of a file without storing it (lower-case hex).</summary>
    public static ValueTask<string> HashAsync(string file, CancellationToken cancellationToken = default)
    {
        // Of small files there are millions: no stream, no large buffer for each.
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(HashedAtOnce);
        try
        {
            for (long at = 0; RandomAccess.Read(handle, buffer, at) is > 0 and var read; at += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return ValueTask.FromResult(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Whether the content is here.</summary>
    public bool Contains(string sha256)
    {
        var key = Key(sha256);
        return Lies(key) || Lies(key + Reference);
    }

    private bool Lies(string key) =>
        _store.IsLocal ? File.Exists(_store.LocalPath(key)) : _store.Wait(async () => await _store.FindAsync(key, CancellationToken.None)) is not null;

    /// <summary>Where the content lies on this machine: in the zone, or where it was registered.</summary>
    /// <exception cref="FileNotFoundException">It is not here, or the registered file is gone or has changed.</exception>
    public string PathOf(string sha256)
    {
        var key = Key(sha256);
        _store.Fetch([key]);
        var path = _store.LocalPath(key);
        if (File.Exists(path))
            return path;
        return _store.Wait(async () => await ReferenceAsync(key, CancellationToken.None)) is { } original ? original.Require(sha256)
            : throw new FileNotFoundException($"The raw zone holds nothing with SHA-256 {sha256}.", path);
    }

    /// <summary>Whether the stored content still has the hash that names it.</summary>
    /// <exception cref="FileNotFoundException">It is not here.</exception>
    public async ValueTask<bool> VerifyAsync(string sha256, CancellationToken cancellationToken = default) =>
        string.Equals(await HashAsync(PathOf(sha256), cancellationToken), sha256, StringComparison.Ordinal);

    /// <summary>Moves the copy to where the store's copies lie, and sends it unless it is there.</summary>
    private async ValueTask<bool> SendAsync(string temporary, string key, long size, CancellationToken cancellationToken)
    {
        if (await _store.FindAsync(key, cancellationToken) is { } there)
            return there.Size == size ? false : throw Damaged(key, size);
        Posix.MakeFolder(Path.GetDirectoryName(_store.LocalPath(key))!);
        File.Move(temporary, _store.LocalPath(key), overwrite: true);
        await _store.SealAsync(key, cancellationToken);
        return true;
    }

    private static IOException Damaged(string target, long size) => new($"The raw object '{target}' is damaged: it should have {size} bytes. Move it away and store the file again.");

    private static string Key(string sha256)
    {
        if (sha256.Length != 64 || sha256.AsSpan().ContainsAnyExcept(Hex))
            throw new ArgumentException($"'{sha256}' is not a SHA-256 in lower-case hex.", nameof(sha256));
        return $"sha256/{sha256[..2]}/{sha256[2..]}";
    }

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    private static bool IsWhole(string path, long size) => new FileInfo(path) is { Exists: true } stored && stored.Length == size;

    private static FileStream OpenRead(string file) => new(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);

    private static async ValueTask<(string Sha256, long Size)> CopyAsync(string file, string temporary, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var source = OpenRead(file);
        await using var copy = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                hash.AppendData(buffer.AsSpan(0, read));
                await copy.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        copy.Flush(flushToDisk: true);
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), copy.Length);
    }
}

/// <summary>One original.</summary>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Added">False when it was there already.</param>
public sealed record RawObject(string Sha256, long Size, string Path, bool Added);
