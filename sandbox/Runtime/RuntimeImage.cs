using System.Security.Cryptography;
using System.Text;

namespace Plinth.Sandbox.Runtime;

/// <summary>Programs and libraries for submissions as a folder, named after the hash of all that is in it: the same here and on a vendor's machine. Made of installed Debian packages, without root and without a network.</summary>
internal static class RuntimeImage
{
    /// <summary>What it holds: Python with numpy and pandas, a shell with the usual tools, and the libraries that native programs commonly need.</summary>
    public static readonly string[] Packages = ["python3", "python3-numpy", "python3-pandas", "libstdc++6", "libgomp1", "zlib1g", "dash", "coreutils", "tzdata"];

    private static readonly string[] Kept = ["/usr/bin/", "/usr/lib/", "/usr/lib64/", "/usr/share/zoneinfo/"];
    private static readonly string[] Moved = ["/bin/", "/lib/", "/lib64/"]; // below /usr since Debian 12, where packages may still say otherwise

    /// <summary>Fills a folder with an image.</summary>
    public static async Task FillAsync(string root, CancellationToken cancellationToken)
    {
        var packages = await DebianPackages.ClosureAsync(Packages, cancellationToken);
        foreach (var listed in await DebianPackages.FilesAsync(packages.Keys, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Moved.Any(folder => listed.StartsWith(folder, StringComparison.Ordinal)) ? "/usr" + listed : listed;
            if (!Kept.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)) || path.Contains("/tests/", StringComparison.Ordinal) || path.Contains("/test/", StringComparison.Ordinal))
                continue;
            Copy(root, path);
            if (Compiled(path) is { } compiled)
                Copy(root, compiled);
        }
        Alternatives(root, "/usr/bin");
        foreach (var folder in Directory.GetDirectories("/usr/lib", "*-linux-gnu"))
            Alternatives(root, folder);
        var list = Path.Combine(root, "usr/share/plinth/packages.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(list)!);
        await File.WriteAllTextAsync(list, string.Concat(packages.Select(package => $"{package.Key} {package.Value}\n")), cancellationToken);
    }

    /// <summary>Over paths, kinds, contents and link targets, in order of path.</summary>
    public static string Hash(string root)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in Entries(root))
        {
            var what = entry.LinkTarget is { } link ? "link " + link
                : entry is FileInfo file ? $"file {(file.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? "x" : "-")} {OfFile(file.FullName)}" : "folder";
            all.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(root, entry.FullName)}\n{what}\n"));
        }
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    /// <summary>Everything in it in order of path; links are not followed.</summary>
    public static IEnumerable<FileSystemInfo> Entries(string root)
    {
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            yield return entry;
            if (entry is DirectoryInfo { LinkTarget: null })
                foreach (var inner in Entries(entry.FullName))
                    yield return inner;
        }
    }

    public static RuntimeView View(string root, string identity)
    {
        var links = new List<(string, string)>();
        foreach (var folder in new[] { "bin", "lib", "lib64" })
            if (Directory.Exists(Path.Combine(root, "usr", folder)))
                links.Add(("/" + folder, "usr/" + folder));
        return new(identity, [(Path.Combine(root, "usr"), "/usr")], [.. links], "/usr/bin/python3");
    }

    private static string OfFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Python's compiled form of a source, which dpkg does not list since it was made after the package came.</summary>
    private static string? Compiled(string path)
    {
        if (!path.EndsWith(".py", StringComparison.Ordinal))
            return null;
        var pattern = Path.GetFileNameWithoutExtension(path) + ".cpython-???.pyc";
        var folder = Path.Combine(Path.GetDirectoryName(path)!, "__pycache__");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).LastOrDefault() : null;
    }

    /// <summary>Links that go through /etc/alternatives, which an image does not have, made to what they lead to where that is in the image.</summary>
    private static void Alternatives(string root, string folder)
    {
        foreach (var link in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => entry.LinkTarget?.StartsWith("/etc/alternatives/", StringComparison.Ordinal) == true))
            if (link.ResolveLinkTarget(returnFinalTarget: true)?.FullName is { } target && File.Exists(root + target) && !Path.Exists(root + link.FullName))
                File.CreateSymbolicLink(root + link.FullName, target);
    }

    private static void Copy(string root, string path)
    {
        var target = root + path;
        var source = new FileInfo(path);
        if (source.LinkTarget is { } link)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (!Path.Exists(target) && new FileInfo(target).LinkTarget is null)
                File.CreateSymbolicLink(target, link);
        }
        else if (Directory.Exists(path))
            Directory.CreateDirectory(target);
        else if (source.Exists && !File.Exists(target))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
            var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead; // no set-id bits
            if (source.UnixFileMode.HasFlag(UnixFileMode.UserExecute))
                mode |= UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(target, mode);
        }
    }
}
