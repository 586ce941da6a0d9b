using System.Collections.Immutable;

namespace Plinth.Sandbox.Isolation;

/// <summary>What of the host's system is visible inside, read-only: programs and libraries, nothing that is a setting, a log or a home.</summary>
internal static class SystemFolders
{
    private static readonly string[] Bound = ["/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share/zoneinfo"];
    private static readonly string[] TopLevel = ["/bin", "/lib", "/lib32", "/lib64"];

    /// <summary>Bubblewrap's arguments for them: links stay links, where /bin and /lib are folders of their own they are bound.</summary>
    public static ImmutableArray<string> Arguments()
    {
        var arguments = ImmutableArray.CreateBuilder<string>();
        foreach (var folder in Bound.Where(Directory.Exists))
            arguments.AddRange("--ro-bind", folder, folder);
        foreach (var folder in TopLevel)
            if (new DirectoryInfo(folder) is { Exists: true } info)
            {
                string[] three = info.LinkTarget is { } target ? ["--symlink", target, folder] : ["--ro-bind", folder, folder];
                arguments.AddRange(three);
            }
        return arguments.ToImmutable();
    }
}
