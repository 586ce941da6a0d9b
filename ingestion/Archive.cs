using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Plinth.Ingestion;

/// <summary>Files inside a zip, tar or gzip file: unpacked one at a time into a temporary folder, read, and gone.</summary>
/// <remarks>All of an archive's limits and names are checked before its first file is given. Archives within archives are not opened.</remarks>
internal sealed class Archive
{
    private const string Expected = "a zip, tar, tar.gz or gz file within the limits for archives; or the files themselves, unpacked";
    private static readonly string[] Endings = [".zip", ".tar", ".tar.gz", ".tgz", ".gz"];

    private readonly string _path;
    private readonly ArchiveLimits _limits;
    private readonly string _ending;
    private long _bytes;

    private Archive(string path, string ending, ArchiveLimits limits) => (_path, _ending, _limits) = (path, ending, limits);

    /// <summary>Whether a file has the name of an archive.</summary>
    public static bool IsNamed(string path) => Array.Exists(Endings, e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>The archive at a path, by its name and its first bytes; null where there is none.</summary>
    public static Archive? At(string path, ArchiveLimits limits)
    {
        var name = Path.GetFileName(path);
        if (!IsNamed(name))
            return null;
        var ending = Array.Find(Endings, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase))!;
        Span<byte> head = stackalloc byte[262];
        using var stream = File.OpenRead(path);
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        var fits = ending switch
        {
            ".zip" => head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8),
            ".tar" => head.Length == 262 && head[257..].StartsWith("ustar"u8),
            _ => head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]),
        };
        return fits ? new(path, ending, limits) : null;
    }

    /// <summary>Its files, each unpacked at <see cref="ArchiveFile.Path"/> until the next is asked for; those left out come with the reason.</summary>
    /// <exception cref="SourceFormatException">It is damaged, locked, or beyond a limit: before anything is given.</exception>
    public IEnumerable<ArchiveFile> Files()
    {
        var folder = Directory.CreateTempSubdirectory("plinth-archive-");
        try
        {
            foreach (var file in _ending switch { ".zip" => Zip(folder.FullName), ".gz" => Gzip(folder.FullName), _ => Tar(folder.FullName) })
                yield return file;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private IEnumerable<ArchiveFile> Zip(string folder)
    {
        using var zip = Guard(() => new ZipArchive(File.OpenRead(_path), ZipArchiveMode.Read, leaveOpen: false, Encoding.UTF8));
        var entries = Guard(() => zip.Entries);
        if (entries.Count > _limits.Entries)
            throw Refuse($"it holds {entries.Count} entries, more than {_limits.Entries}");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
            Count(entry.FullName, entry.Length, names);
        foreach (var entry in entries)
        {
            if (entry.FullName.EndsWith('/'))
                continue;
            if (entry.IsEncrypted)
                yield return new(Shown(entry.FullName), "", "it is locked with a password; unlock the archive and run again");
            else if ((entry.ExternalAttributes >> 16 & 0xF000) == 0xA000)
                yield return new(Shown(entry.FullName), "", "links in archives are not followed");
            else if (SourceFiles.LeftOut(entry.FullName) is { } why)
                yield return new(Shown(entry.FullName), "", why) { Ignored = true };
            else
                yield return Unpack(entry.FullName, folder, Guard(entry.Open), entry.Length);
        }
    }

    private IEnumerable<ArchiveFile> Gzip(string folder)
    {
        var name = Path.GetFileName(_path)[..^3];
        using var stream = new GZipStream(File.OpenRead(_path), CompressionMode.Decompress);
        yield return Unpack(name.Length > 0 ? name : "content", folder, stream, _limits.EntryBytes);
    }

    private IEnumerable<ArchiveFile> Tar(string folder)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using (var first = Open())
        using (var tar = new TarReader(first))
            while (Guard(() => tar.GetNextEntry()) is { } entry)
                Count(entry.Name, entry.Length, names);
        _bytes = 0;
        using var second = Open();
        using var reader = new TarReader(second);
        while (Guard(() => reader.GetNextEntry()) is { } entry)
        {
            if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
                continue;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                yield return new(Shown(entry.Name), "", "links and devices in archives are not followed");
            else if (SourceFiles.LeftOut(entry.Name) is { } why)
                yield return new(Shown(entry.Name), "", why) { Ignored = true };
            else
                yield return Unpack(entry.Name, folder, entry.DataStream ?? Stream.Null, entry.Length);
        }
    }

    private Stream Open() => _ending == ".tar" ? File.OpenRead(_path) : new GZipStream(File.OpenRead(_path), CompressionMode.Decompress);

    private void Count(string name, long length, HashSet<string> names)
    {
        if (name.Length > _limits.NameLength || name.Length == 0 || name.AsSpan().IndexOfAnyInRange('\0', '\x1F') >= 0 || name.Contains('\\', StringComparison.Ordinal)
            || name[0] == '/' || name.Split('/').Contains("..") || (name.Length > 1 && name[1] == ':'))
            throw Refuse($"its entry '{Rejections.Show(name, hidden: false)}' has a name that leads elsewhere or is none");
        if (!names.Add(name))
            throw Refuse($"it holds '{Rejections.Show(name, hidden: false)}' twice");
        if (names.Count > _limits.Entries)
            throw Refuse($"it holds more than {_limits.Entries} entries");
        Grow(length, length);
    }

    /// <summary>Adds bytes that come out, or will.</summary>
    private void Grow(long entry, long more)
    {
        if (entry < 0 || entry > _limits.EntryBytes)
            throw Refuse($"one of its entries unpacks to more than {_limits.EntryBytes} bytes");
        _bytes += more;
        if (_bytes > _limits.Bytes)
            throw Refuse($"it unpacks to more than {_limits.Bytes} bytes");
        if (_bytes > _limits.RatioFrom && _bytes > _limits.Ratio * new FileInfo(_path).Length)
            throw Refuse($"it unpacks to more than {_limits.Ratio:0} times its size");
    }

    private ArchiveFile Unpack(string name, string folder, Stream content, long most)
    {
        if (Path.GetFileName(name) is not { Length: > 0 } file || file == "." || Encoding.UTF8.GetByteCount(file) > 255)
            throw Refuse($"its entry '{Rejections.Show(name, hidden: false)}' has a name that leads elsewhere or is none");
        var target = Path.Combine(folder, file);
        foreach (var old in Directory.EnumerateFiles(folder))
            File.Delete(old);
        using (content)
        using (var written = new FileStream(target, FileMode.CreateNew, FileAccess.Write))
        {
            var buffer = new byte[128 * 1024];
            for (var (read, total) = (0, 0L); (read = Guard(() => content.Read(buffer))) > 0;)
            {
                total += read;
                if (total > most)
                    throw Refuse($"its entry '{Rejections.Show(name, hidden: false)}' is longer than it says");
                if (_ending == ".gz")
                    Grow(total, read);
                written.Write(buffer, 0, read);
            }
        }
        return At(target, _limits) is null ? new(Shown(name), target, null) : new(Shown(name), "", "it is an archive within an archive; unpack it");
    }

    private string Shown(string name) => $"{_path}!/{name}";

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw Refuse("it is damaged or of a kind that is not read");
        }
    }

    private SourceFormatException Refuse(string reason) => new(Path.GetFileName(_path), reason, Expected);
}

/// <summary>One file of an archive.</summary>
/// <param name="Name">As a report shows it: <c>photos.zip!/100MEDIA/DJI_0001.JPG</c>.</param>
/// <param name="Path">Where it is unpacked; empty where it is not.</param>
/// <param name="Reason">Why it is not.</param>
internal sealed record ArchiveFile(string Name, string Path, string? Reason)
{
    /// <summary>It is no source: hidden, a readme, a licence.</summary>
    public bool Ignored { get; init; }
}
