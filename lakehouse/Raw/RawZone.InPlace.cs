using System.Text.Json;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Raw;

/// <summary>Originals that stay where they lie: <c>raw/sha256/ab/cd….ref</c> says where, how large and from when.</summary>
public sealed partial class RawZone
{
    private const string Reference = ".ref";

    /// <summary>Registers a file under its hash without copying it. The newest place counts; one that is in the zone itself stays there. Durable after <see cref="FlushAsync"/>.</summary>
    /// <param name="sha256">Of the file's content, as the caller has just found it.</param>
    /// <exception cref="IOException">The zone could not be written.</exception>
    public async ValueTask<RawObject> RegisterAsync(string file, string sha256, CancellationToken cancellationToken = default)
    {
        var key = Key(sha256);
        var info = new FileInfo(file);
        if (Lies(key))
            return new(sha256, info.Length, _store.LocalPath(key), Added: false);
        var original = new OriginalInPlace(info.FullName, info.Length, info.LastWriteTimeUtc);
        if (await ReferenceAsync(key, cancellationToken) == original)
            return new(sha256, info.Length, info.FullName, Added: false);
        var content = JsonSerializer.SerializeToUtf8Bytes(original);
        if (!_store.IsLocal)
            await _store.PutAsync(key + Reference, content, cancellationToken);
        else
        {
            // Thousands of these are written through to the disk together, by FlushAsync.
            var (staging, target) = (_store.LocalPath(".staging"), _store.LocalPath(key + Reference));
            Directory.CreateDirectory(staging);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var temporary = Path.Combine(staging, $"{Guid.CreateVersion7():n}.tmp");
            await File.WriteAllBytesAsync(temporary, content, cancellationToken);
            File.Move(temporary, target, overwrite: true);
        }
        return new(sha256, info.Length, info.FullName, Added: true);
    }

    /// <summary>Makes all registrations so far durable; to be called before a commit names them.</summary>
    /// <exception cref="IOException">They could not be written through to the disk.</exception>
    public ValueTask FlushAsync()
    {
        if (_store.IsLocal)
            Posix.SyncAll(_store.LocalPath(""));
        return ValueTask.CompletedTask;
    }

    /// <summary>Looks after every original: those in the zone and those registered where they lie.</summary>
    /// <param name="thorough">Hashes each again. Otherwise only its presence, size and time are looked at.</param>
    /// <param name="progress">Told after each original how many were looked at.</param>
    public async ValueTask<RawCheck> CheckAsync(bool thorough = true, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var (stored, registered, bytes) = (0L, 0L, 0L);
        var faults = new List<RawFault>();
        await foreach (var found in _store.WalkAsync(cancellationToken))
        {
            if (found.Name.Split('/') is not ["sha256", { Length: 2 } folder, var rest])
                continue;
            var isReference = rest.EndsWith(Reference, StringComparison.Ordinal);
            var sha256 = folder + (isReference ? rest[..^Reference.Length] : rest);
            if (sha256.Length != 64 || sha256.AsSpan().ContainsAnyExcept(Hex))
                continue;
            var (size, fault) = isReference ? await CheckReferenceAsync(sha256, thorough, cancellationToken) : (found.Size, thorough ? await CheckStoredAsync(sha256, cancellationToken) : null);
            (stored, registered, bytes) = isReference ? (stored, registered + 1, bytes + size) : (stored + 1, registered, bytes + size);
            if (fault is not null)
                faults.Add(fault);
            progress?.Report(stored + registered);
        }
        return new(stored, registered, bytes, thorough, faults);
    }

    private async ValueTask<RawFault?> CheckStoredAsync(string sha256, CancellationToken cancellationToken)
    {
        _store.Fetch([Key(sha256)]);
        var path = _store.LocalPath(Key(sha256));
        return await HashAsync(path, cancellationToken) == sha256 ? null : new(sha256, path, "damaged", "its content no longer has the hash that names it; move it away and take the file in again");
    }

    private async ValueTask<(long Size, RawFault? Fault)> CheckReferenceAsync(string sha256, bool thorough, CancellationToken cancellationToken)
    {
        if (await ReferenceAsync(Key(sha256), cancellationToken) is not { } original)
            return (0, new(sha256, "", "damaged", "its registration cannot be read; take the file in again"));
        if (original.Fault(exact: !thorough) is { } fault)
            return (original.Size, fault with { Sha256 = sha256 });
        if (!thorough)
            return (original.Size, null);
        try
        {
            return (original.Size, await HashAsync(original.Path, cancellationToken) == sha256 ? null : OriginalInPlace.Changed(original.Path) with { Sha256 = sha256 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (original.Size, new(sha256, original.Path, "missing", $"it cannot be read: {e.Message}"));
        }
    }

    private async ValueTask<OriginalInPlace?> ReferenceAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await _store.ReadAsync(key + Reference, cancellationToken) is { } content ? JsonSerializer.Deserialize<OriginalInPlace>(content) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a registration says of a file.</summary>
internal sealed record OriginalInPlace(string Path, long Size, DateTime Modified)
{
    /// <summary>The path, where the file still looks as it did.</summary>
    /// <exception cref="FileNotFoundException">It does not.</exception>
    public string Require(string sha256) => Fault(exact: false) is { } fault
        ? throw new FileNotFoundException($"The original with SHA-256 {sha256} was registered where it lay, and {fault.Reason}.", Path)
        : Path;

    /// <param name="exact">Its time must be the same too.</param>
    public RawFault? Fault(bool exact)
    {
        var now = new FileInfo(Path);
        if (!now.Exists)
            return new("", Path, "missing", "the file is not there any more; bring it back, or take it in from where it lies now");
        return now.Length != Size || (exact && now.LastWriteTimeUtc != Modified) ? Changed(Path) : null;
    }

    public static RawFault Changed(string path) => new("", path, "changed", "the file has changed since it was registered; bring the old one back, or take the new one in");
}

/// <summary>How the originals are.</summary>
/// <param name="Stored">Originals in the zone.</param>
/// <param name="Registered">Originals registered where they lie.</param>
/// <param name="Bytes">Of all of them.</param>
/// <param name="Thorough">Each was hashed again.</param>
public sealed record RawCheck(long Stored, long Registered, long Bytes, bool Thorough, IReadOnlyList<RawFault> Faults);

/// <summary>An original that is not as it was.</summary>
/// <param name="Kind"><c>missing</c>, <c>changed</c> or <c>damaged</c>.</param>
/// <param name="Reason">What is wrong and what to do.</param>
public sealed record RawFault(string Sha256, string Path, string Kind, string Reason);
