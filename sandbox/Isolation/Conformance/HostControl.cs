using System.Diagnostics;

namespace Plinth.Sandbox.Isolation;

/// <summary>The attacks on the bare host: what reaches its goal here and not inside was kept off by the isolation, not by a fault in the attack.</summary>
internal static class HostControl
{
    /// <summary>Result of each attack of a group.</summary>
    public static async Task<Dictionary<string, string>> RunAsync(SandboxOptions options, ConformanceFacts facts, string group, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(facts.Folder, "host-" + group)).FullName;
        var (given, written, scratch) = (Path.Combine(folder, "in"), Path.Combine(folder, "out"), Path.Combine(folder, "tmp"));
        foreach (var inner in new[] { given, written, scratch })
            Directory.CreateDirectory(inner);
        var program = Path.Combine(folder, "attacks.py");
        await File.WriteAllTextAsync(program, Conformance.Attacks, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(given, "facts.txt"), facts.Facts, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(given, "victim"), "", cancellationToken);
        var start = new ProcessStartInfo(options.Python) { ArgumentList = { "-s", "-B", program, group, given, written, scratch }, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["PLINTH_CONFORMANCE"] = facts.Token;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await output;
        await process.WaitForExitAsync(cancellationToken);
        var report = Path.Combine(written, "report.txt");
        if (!File.Exists(report))
            throw new IsolationUnavailableException($"the conformance job's control '{group}' on the host did not run: {error.Trim().Split('\n')[^1]}");
        var results = Conformance.Parse(await File.ReadAllTextAsync(report, cancellationToken));
        if (group == "link" && await File.ReadAllTextAsync(Path.Combine(written, "link.csv"), cancellationToken) != facts.Token)
            results["link_in_output"] = "blocked: not followed";
        return results;
    }

    /// <summary>A child on the host outlives its parent's kill: only then does it say something that none inside does.</summary>
    public static async Task<string> OrphanAsync(CancellationToken cancellationToken)
    {
        using var parent = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "/bin/sleep 30 & echo $!; wait" }, RedirectStandardOutput = true, UseShellExecute = false })!;
        var child = int.Parse((await parent.StandardOutput.ReadLineAsync(cancellationToken))!, System.Globalization.CultureInfo.InvariantCulture);
        Signals.Kill(parent.Id);
        await parent.WaitForExitAsync(cancellationToken);
        var alive = Signals.IsAlive(child);
        Signals.Kill(child);
        return alive ? "reached" : "blocked: the child ended too";
    }
}
