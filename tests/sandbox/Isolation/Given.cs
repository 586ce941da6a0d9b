using System.Text;
using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Runtime;

namespace Plinth.Tests.Isolation;

/// <summary>Runs a piece of Python in the real isolation, or on the bare host as a positive control.</summary>
internal static class Given
{
    public static readonly SandboxOptions Options = new() { RunId = "test", CodeVersion = "test" };

    /// <summary>Skips the test where bubblewrap or Python is not installed. A machine that has them but fails the conformance job is a failure, not a skip.</summary>
    public static void Isolation()
    {
        Assert.SkipUnless(File.Exists(Options.Bubblewrap), "bubblewrap is not installed; tools/setup.sh installs it");
        Assert.SkipUnless(File.Exists(Options.Python), "python3 is not installed");
    }

    /// <summary>Skips the test where gVisor cannot be used.</summary>
    public static void GVisor() => Assert.SkipWhen(new GVisor(Options).Missing is not null, new GVisor(Options).Missing ?? "");

    public static readonly RuntimeView Runtime = RuntimeView.Host(Options.Python);

    public static async Task<IsolatedResult> InsideAsync(string code, RunLimits? limits = null, string[]? outputs = null, Dictionary<string, string>? inputs = null, IBackend? backend = null, CancellationToken cancellationToken = default)
    {
        Isolation();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["main.py"], code, CancellationToken.None);
        return await new IsolationDriver(Options, backend ?? new Bubblewrap(Options)).RunAsync(new IsolatedJob
        {
            Command = [Options.Python, "-s", "-B", "/app/main.py"],
            Runtime = Runtime,
            App = new Dictionary<string, string> { ["main.py"] = folder["main.py"] },
            WriteInputs = async (target, cancel) =>
            {
                foreach (var (name, text) in inputs ?? [])
                    await File.WriteAllTextAsync(Path.Combine(target, name), text, cancel);
            },
            Outputs = [.. outputs ?? []],
            Limits = limits ?? new() { WallClock = TimeSpan.FromSeconds(20) },
        }, cancellationToken);
    }

    /// <summary>Standard output of the same code on the bare host, in a folder of its own.</summary>
    public static async Task<string> OnHostAsync(string code, params (string Name, string Value)[] environment)
    {
        Isolation();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["main.py"], code);
        var start = new System.Diagnostics.ProcessStartInfo(Options.Python) { ArgumentList = { "-s", "-B", folder["main.py"] }, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path, UseShellExecute = false };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return await output + error;
    }

    public static string Text(this IsolatedResult result) => Encoding.UTF8.GetString(result.StandardOutput) + Encoding.UTF8.GetString(result.StandardError);
}
