using System.Collections.Immutable;

namespace Plinth.Sandbox.Runtime;

/// <summary>What of programs and libraries a run sees, read-only.</summary>
/// <param name="Identity">A hash of an image's content, or a word for the host's own folders.</param>
/// <param name="Folders">Folder on the host, place inside.</param>
/// <param name="Links">Place inside, what it points to.</param>
/// <param name="Python">The Python inside.</param>
internal sealed record RuntimeView(string Identity, ImmutableArray<(string Source, string Target)> Folders, ImmutableArray<(string Target, string Link)> Links, string Python)
{
    private static readonly string[] Bound = ["/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share/zoneinfo", "/etc/alternatives"];
    private static readonly string[] TopLevel = ["/bin", "/lib", "/lib32", "/lib64"];

    /// <summary>The host's own programs and libraries: nothing that is a setting, a log or a home. What is installed there, and so what runs, is the host's business; an image is the same everywhere.</summary>
    public static RuntimeView Host(string python)
    {
        var folders = Bound.Where(Directory.Exists).Select(folder => (folder, folder)).ToList();
        var links = new List<(string, string)>();
        foreach (var folder in TopLevel)
            if (new DirectoryInfo(folder) is { Exists: true } info)
            {
                if (info.LinkTarget is { } target)
                    links.Add((folder, target));
                else
                    folders.Add((folder, folder));
            }
        return new("host", [.. folders], [.. links], python);
    }
}

/// <summary>One file or folder of ours that a run sees beside its runtime, e.g. the runner of models.</summary>
internal sealed record RuntimeTool(string Source, string Target, string Sha256);
