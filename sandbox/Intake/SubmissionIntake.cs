using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Plinth.Sandbox.Intake;

/// <summary>Copies a folder, .zip, .tar or .tar.gz into a folder of ours, entry by entry, under <see cref="IntakeRules"/>. Never extracts by a library's own extraction, never follows a link.</summary>
internal static class SubmissionIntake
{
    /// <returns>Faults; empty when all of it was copied.</returns>
    public static async Task<List<string>> CopyAsync(string path, string target, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var rules = new IntakeRules(faults);
        if (Directory.Exists(path))
            await FromFolderAsync(path, target, rules, cancellationToken);
        else if (File.Exists(path))
            await FromArchiveAsync(path, target, rules, cancellationToken);
        else
            rules.Refuse("there is no such folder or file");
        if (rules.Clean && !File.Exists(Path.Combine(target, Manifest.FileName)))
            rules.Refuse($"it has no {Manifest.FileName} at its top");
        return faults;
    }

    /// <summary>Relative paths of a taken-in submission with the hash of each, in order of path.</summary>
    public static async Task<SortedDictionary<string, string>> FilesAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            await using var stream = File.OpenRead(file);
            files.Add(Path.GetRelativePath(folder, file).Replace('\\', '/'), Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)));
        }
        return files;
    }

    /// <summary>One hash over names and contents.</summary>
    public static string ContentHash(SortedDictionary<string, string> files) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(file => $"{file.Value}  {file.Key}\n")))));

    private static async Task FromFolderAsync(string path, string target, IntakeRules rules, CancellationToken cancellationToken)
    {
        var root = new DirectoryInfo(path);
        var pending = new Stack<DirectoryInfo>([root]);
        while (pending.TryPop(out var folder))
            foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                if (rules.Over)
                    return;
                var name = Path.GetRelativePath(root.FullName, entry.FullName);
                if (entry.LinkTarget is not null)
                    rules.Refuse($"'{IntakeRules.Shown(name)}' is a link");
                else if (entry is DirectoryInfo { Name: not "__pycache__" } inner)
                    pending.Push(inner);
                else if (entry is FileInfo file && IsRegular(file) && rules.Admit(name))
                {
                    await using var source = file.OpenRead();
                    await CopyAsync(source, Path.Combine(target, name), rules, long.MaxValue, cancellationToken);
                }
                else if (entry is FileInfo special && !IsRegular(special))
                    rules.Refuse($"'{IntakeRules.Shown(name)}' is not a regular file");
            }
    }

    private static async Task FromArchiveAsync(string path, string target, IntakeRules rules, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length > IntakeRules.MaximumBytes)
        {
            rules.Refuse($"it is larger than {IntakeRules.MaximumBytes >> 20} MiB");
            return;
        }
        if (TarIntake.IsTar(path))
        {
            await TarIntake.CopyAsync(path, target, rules, (source, file, most) => CopyAsync(source, file, rules, most, cancellationToken), cancellationToken);
            return;
        }
        try
        {
            using var archive = await ZipFile.OpenReadAsync(path, cancellationToken);
            foreach (var entry in archive.Entries)
            {
                if (rules.Over)
                    return;
                await TakeAsync(entry, target, rules, cancellationToken);
            }
        }
        catch (InvalidDataException)
        {
            rules.Refuse("it is neither a folder nor a sound .zip, .tar or .tar.gz archive");
        }
    }

    private static async Task TakeAsync(ZipArchiveEntry entry, string target, IntakeRules rules, CancellationToken cancellationToken)
    {
        const int regular = 0x8000, folder = 0x4000;
        var shown = IntakeRules.Shown(entry.FullName);
        var type = (entry.ExternalAttributes >> 16) & 0xF000;
        if (entry.FullName.EndsWith('/'))
        {
            // made when a file needs it; checked all the same
            if (entry.Length != 0 || type is not (0 or folder) || entry.FullName.Split('/').Any(part => part is ".." or ".") || entry.FullName.StartsWith('/'))
                rules.Refuse($"'{shown}' is not a plain folder");
            return;
        }
        if (type is not (0 or regular))
            rules.Refuse($"'{shown}' is a link or a special file");
        else if (entry.IsEncrypted)
            rules.Refuse($"'{shown}' is encrypted");
        else if (rules.Admit(entry.FullName))
        {
            var most = IntakeRules.RatioAllowance + entry.CompressedLength * IntakeRules.MaximumRatio;
            await using var source = await entry.OpenAsync(cancellationToken);
            await CopyAsync(source, Path.Combine(target, entry.FullName), rules, most, cancellationToken);
        }
    }

    private static async Task CopyAsync(Stream source, string target, IntakeRules rules, long most, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[64 * 1024];
        long written = 0;
        while (await source.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            written += count;
            if (!rules.Count(count))
                return;
            if (written > most)
            {
                rules.Refuse(string.Create(CultureInfo.InvariantCulture, $"a file in it unpacks to more than {IntakeRules.MaximumRatio} times its size"));
                return;
            }
            await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }

    private static bool IsRegular(FileInfo file) => Isolation.Collector.IsRegular(file.FullName);
}
