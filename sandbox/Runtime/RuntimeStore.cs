using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using Plinth.Sandbox.Isolation;

namespace Plinth.Sandbox.Runtime;

/// <summary>The runtime images of a lake, each in a folder named after its hash: made, given away as one file, taken in from one.</summary>
internal sealed class RuntimeStore(string folder, string hostPython, long mostBytes = RuntimeStore.MostBytes, int mostEntries = RuntimeStore.MostEntries)
{
    /// <summary>Of an image that is taken in, unpacked; one with numpy and pandas has some 300 MiB and 10,000 entries.</summary>
    internal const long MostBytes = 8L << 30;
    internal const int MostEntries = 200_000;
    private const UnixFileMode Readable = (UnixFileMode)0b111_101_101;
    private static readonly ConcurrentDictionary<string, bool> Sound = [];

    /// <summary>Hashes of the images that are here, newest first.</summary>
    public IReadOnlyList<string> Images =>
        Directory.Exists(folder) ? [.. new DirectoryInfo(folder).EnumerateDirectories().Where(image => image.Name.Length == 64).OrderByDescending(image => image.LastWriteTimeUtc).Select(image => image.Name)] : [];

    /// <summary>What a run sees: the image asked for, else the newest, else the host's own programs.</summary>
    /// <exception cref="IsolationUnavailableException">That image is not here, or was changed.</exception>
    public RuntimeView View(string? asked)
    {
        var name = asked ?? (Images is [var newest, ..] ? newest : null);
        if (name is null)
            return RuntimeView.Host(hostPython);
        var root = Path.Combine(folder, name);
        if (!Images.Contains(name))
            throw new IsolationUnavailableException($"runtime image {name} is not here; take it in: plinth sandbox runtime import FILE");
        if (!Sound.GetOrAdd(root, path => RuntimeImage.Hash(path) == name))
            throw new IsolationUnavailableException($"runtime image {name} was changed after it was made; remove it and make it anew: plinth sandbox runtime build");
        return RuntimeImage.View(root, name);
    }

    /// <summary>Makes an image of this machine's Debian packages; the same packages give the image that is here.</summary>
    public async Task<string> BuildAsync(CancellationToken cancellationToken)
    {
        var staging = Staging();
        try
        {
            await RuntimeImage.FillAsync(staging, cancellationToken);
            return Publish(staging);
        }
        finally
        {
            Remove(staging);
        }
    }

    /// <summary>Writes an image as a compressed tar; the same image gives the same file.</summary>
    public async Task ExportAsync(string image, string file, CancellationToken cancellationToken)
    {
        var root = Path.Combine(folder, Images.Contains(image) ? image : throw new IsolationUnavailableException($"runtime image {image} is not here; plinth sandbox runtime lists those that are."));
        await using var target = File.Create(file);
        await using var packed = new GZipStream(target, CompressionLevel.Fastest);
        await using var tar = new TarWriter(packed, TarEntryFormat.Pax);
        foreach (var entry in RuntimeImage.Entries(root))
        {
            var name = Path.GetRelativePath(root, entry.FullName);
            var type = entry.LinkTarget is not null ? TarEntryType.SymbolicLink : entry is DirectoryInfo ? TarEntryType.Directory : TarEntryType.RegularFile;
            // times are kept: Python looks whether a compiled file is of its source's time
            var described = new PaxTarEntry(type, name) { ModificationTime = type == TarEntryType.RegularFile ? new DateTimeOffset(entry.LastWriteTimeUtc) : DateTimeOffset.UnixEpoch };
            if (entry.LinkTarget is { } link)
                described.LinkName = link;
            else
                described.Mode = entry.UnixFileMode;
            if (type == TarEntryType.RegularFile)
                described.DataStream = File.OpenRead(entry.FullName);
            await tar.WriteEntryAsync(described, cancellationToken);
            described.DataStream?.Dispose();
        }
    }

    /// <summary>Takes in an exported image.</summary>
    /// <param name="expected">Its hash, as published; null to take what is in the file.</param>
    /// <exception cref="SubmissionRefusedException">It holds something that an image does not, or is another than expected.</exception>
    public async Task<string> ImportAsync(string file, string? expected, CancellationToken cancellationToken)
    {
        var staging = Staging();
        try
        {
            await using (var source = File.OpenRead(file))
            await using (var packed = new GZipStream(source, CompressionMode.Decompress))
            await using (var capped = new Intake.CappedStream(packed, mostBytes))
            await using (var tar = new TarReader(capped))
                for (var entries = 1; await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry; entries++)
                {
                    if (entries > mostEntries)
                        throw new SubmissionRefusedException(file, [FormattableString.Invariant($"it holds more than {mostEntries} files, folders and links")]);
                    await TakeAsync(entry, staging, file, cancellationToken);
                }
            if (expected is not null && RuntimeImage.Hash(staging) is var found && found != expected)
                throw new SubmissionRefusedException(file, [$"it is runtime image {found}, not {expected}"]);
            return Publish(staging);
        }
        catch (Intake.CapExceededException e)
        {
            throw new SubmissionRefusedException(file, [e.Message]);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new SubmissionRefusedException(file, ["it is not a runtime image: a compressed tar as 'plinth sandbox runtime export' writes it"]);
        }
        finally
        {
            Remove(staging);
        }
    }

    private static async Task TakeAsync(TarEntry entry, string root, string file, CancellationToken cancellationToken)
    {
        var name = entry.Name.TrimEnd('/');
        var target = Path.Combine(root, name);
        // parents are made by us and are folders: an entry below a link is refused, so nothing is written outside
        if (name.StartsWith('/') || name.Split('/').Any(part => part is ".." or "." or "") || Path.Exists(target) || Parents(root, name).Any(parent => new DirectoryInfo(parent).LinkTarget is not null))
            throw new SubmissionRefusedException(file, [$"'{Intake.IntakeRules.Shown(name)}' is not a path that an image holds"]);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(target);
                break;
            case TarEntryType.SymbolicLink:
                File.CreateSymbolicLink(target, entry.LinkName);
                break;
            case TarEntryType.RegularFile:
                await using (var written = new FileStream(target, FileMode.CreateNew, FileAccess.Write))
                    if (entry.DataStream is { } data)
                        await data.CopyToAsync(written, cancellationToken);
                File.SetUnixFileMode(target, entry.Mode.HasFlag(UnixFileMode.UserExecute) ? Readable : (UnixFileMode)0b110_100_100);
                File.SetLastWriteTimeUtc(target, entry.ModificationTime.UtcDateTime);
                break;
            default:
                throw new SubmissionRefusedException(file, [$"'{Intake.IntakeRules.Shown(name)}' is neither file, folder nor link"]);
        }
    }

    private static IEnumerable<string> Parents(string root, string name)
    {
        for (var at = name.IndexOf('/', StringComparison.Ordinal); at > 0; at = name.IndexOf('/', at + 1))
            yield return Path.Combine(root, name[..at]);
    }

    private string Staging()
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, RunFolder.NewName());
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, Readable); // a run's user sees what is in it, which is no secret
        return path;
    }

    private string Publish(string staging)
    {
        var name = RuntimeImage.Hash(staging);
        var target = Path.Combine(folder, name);
        if (!Directory.Exists(target))
            Directory.Move(staging, target);
        return name;
    }

    private static void Remove(string staging)
    {
        if (Directory.Exists(staging))
            Directory.Delete(staging, recursive: true);
    }
}
