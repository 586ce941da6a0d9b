using System.Diagnostics;

namespace Plinth.Sandbox.Runtime;

/// <summary>What this machine's Debian packages consist of: their closure and their files.</summary>
internal static class DebianPackages
{
    /// <summary>What a program at run time does not need of what packages depend on.</summary>
    private static readonly HashSet<string> Left = ["debconf", "debconf-2.0", "dpkg", "adduser", "perl-base", "perl", "init-system-helpers", "media-types", "tar", "libpam-modules"];

    /// <summary>Installed packages that the named ones need, themselves included; a name to its version.</summary>
    /// <exception cref="IsolationUnavailableException">One of them is not installed.</exception>
    public static async Task<SortedDictionary<string, string>> ClosureAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var installed = new Dictionary<string, (string Version, string Needs)>(StringComparer.Ordinal);
        var provided = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in await AskAsync(["-W", "-f", "${db:Status-Abbrev}\t${Package}\t${Version}\t${Pre-Depends}, ${Depends}\t${Provides}\n"], cancellationToken))
        {
            var fields = line.Split('\t');
            if (fields.Length < 5 || !fields[0].StartsWith("ii", StringComparison.Ordinal))
                continue;
            installed[fields[1]] = (fields[2], fields[3]);
            foreach (var other in fields[4].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                provided.TryAdd(Bare(other), fields[1]);
        }
        var closure = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var pending = new Queue<string>(names);
        foreach (var missing in pending.Where(name => !installed.ContainsKey(name)).ToList())
            throw new IsolationUnavailableException($"the Debian package '{missing}' is not installed, and the runtime image is made of it; run: apt-get install -y --no-install-recommends {missing}");
        while (pending.TryDequeue(out var name))
            if (!Left.Contains(name) && closure.TryAdd(name, installed[name].Version))
                foreach (var need in installed[name].Needs.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                    if (need.Split('|', StringSplitOptions.TrimEntries).Select(Bare).Select(one => installed.ContainsKey(one) ? one : provided.GetValueOrDefault(one)).FirstOrDefault(one => one is not null) is { } found)
                        pending.Enqueue(found);
        return closure;
    }

    /// <summary>Paths that a package installed, as dpkg lists them.</summary>
    public static async Task<IReadOnlyList<string>> FilesAsync(IEnumerable<string> packages, CancellationToken cancellationToken) => await AskAsync(["-L", .. packages], cancellationToken);

    private static string Bare(string need) => need.Split(' ', '(', ':')[0];

    private static async Task<string[]> AskAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        const string program = "/usr/bin/dpkg-query";
        if (!File.Exists(program))
            throw new IsolationUnavailableException("a runtime image is made of Debian packages, and this is no Debian; take one made elsewhere: plinth sandbox runtime import FILE");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
