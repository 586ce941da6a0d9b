using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Plinth.Sandbox.Isolation;

/// <summary>Proves before the first run that the isolation holds here: the same attacks reach their goals on the bare host and not inside. Fails closed.</summary>
internal static partial class SelfTest
{
    private static readonly string[] Tools = ["/usr/bin/unshare", "/usr/bin/setpriv", "/usr/bin/prlimit", "/usr/bin/mount", "/usr/bin/env", "/bin/sh"];

    public static async Task<IsolationVerdict> RunAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        if (Missing(options) is { } missing)
            return Unavailable("none", missing);
        var version = await VersionAsync(options.Bubblewrap, cancellationToken);
        try
        {
            return await ProbeAsync(options, version, cancellationToken);
        }
        catch (IsolationUnavailableException e)
        {
            return Unavailable(version, e.Reason);
        }
    }

    private static string? Missing(SandboxOptions options)
    {
        if (!OperatingSystem.IsLinux())
            return "isolation needs Linux.";
        if (!File.Exists(options.Bubblewrap))
            return $"bubblewrap is not installed ('{options.Bubblewrap}' is not there); run: apt-get install -y bubblewrap";
        if (!File.Exists(options.Python))
            return $"'{options.Python}' is not there; run: apt-get install -y python3-minimal";
        return Tools.FirstOrDefault(tool => !File.Exists(tool)) is { } tool ? $"'{tool}' is not there; run: apt-get install -y util-linux mount" : null;
    }

    private static async Task<IsolationVerdict> ProbeAsync(SandboxOptions options, string version, CancellationToken cancellationToken)
    {
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var host = Directory.CreateTempSubdirectory("plinth-selftest-").FullName;
        try
        {
            var secret = Path.Combine(host, "secret.txt");
            await File.WriteAllTextAsync(secret, token, cancellationToken);
            var probe = Path.Combine(host, "probe.py");
            await File.WriteAllTextAsync(probe, ProbeSource(), cancellationToken);
            using var tcp = Listen(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.Loopback, 0));
            using var unix = Listen(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint("\0plinth-" + token[..16]));
            var facts = FormattableString.Invariant($"port={((IPEndPoint)tcp.LocalEndPoint!).Port}\nabstract=plinth-{token[..16]}\nsecret={secret}\ntoken={token}\n");
            await File.WriteAllTextAsync(Path.Combine(host, "facts.txt"), facts, cancellationToken);

            var leaked = open(secret, 0, 0); // on purpose without close-on-exec
            try
            {
                var outside = await OnHostAsync(options, host, probe, token, cancellationToken);
                var driver = new IsolationDriver(options);
                var job = new IsolatedJob
                {
                    Command = [options.Python, "-s", "-B", "/app/probe.py", "/in", "/out/report.txt"],
                    App = new Dictionary<string, string> { ["probe.py"] = probe },
                    WriteInputs = async (folder, cancel) => await File.WriteAllTextAsync(Path.Combine(folder, "facts.txt"), facts, cancel),
                    Outputs = ["report.txt"],
                    Limits = new() { WallClock = TimeSpan.FromSeconds(30) },
                };
                var result = await driver.RunAsync(job, cancellationToken);
                return Judge(version, driver, outside, result);
            }
            finally
            {
                _ = close(leaked);
            }
        }
        finally
        {
            Directory.Delete(host, recursive: true);
        }
    }

    private static IsolationVerdict Judge(string version, IsolationDriver driver, Dictionary<string, string> outside, IsolatedResult result)
    {
        if (result.Files is not [{ Content: { } report }])
            throw new IsolationUnavailableException($"the self test did not finish inside ({result.Outcome}, exit code {result.ExitCode}): {Encoding.UTF8.GetString(result.StandardError).Trim()}");
        var inside = Parse(Encoding.UTF8.GetString(report));
        var probes = outside.Select(pair => new IsolationProbe(pair.Key, pair.Value, inside.GetValueOrDefault(pair.Key, "not tried"))).ToImmutableArray();
        var failed = probes.Where(probe => !probe.Passed).ToList();
        var reason = failed.Count == 0 ? null
            : "the self test failed: " + string.Join("; ", failed.Select(p => p.Host == "reached" ? $"'{p.Attack}' gets through the isolation" : $"'{p.Attack}' cannot be tried on this host ({p.Host})")) + ".";
        var hashed = string.Join('\n', probes.Select(p => $"{p.Attack}={p.Passed}").Prepend(version).Append(driver.FilterSha256).Append(result.ArgumentsSha256).Append(RuntimeInformation.OSDescription));
        return new(reason is null, version, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed))), probes, reason, result.SoftLimits);
    }

    private static async Task<Dictionary<string, string>> OnHostAsync(SandboxOptions options, string host, string probe, string token, CancellationToken cancellationToken)
    {
        var report = Path.Combine(host, "report.txt");
        var start = new ProcessStartInfo(options.Python) { ArgumentList = { "-s", "-B", probe, host, report }, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PLINTH_SELF_TEST"] = token;
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return File.Exists(report) ? Parse(await File.ReadAllTextAsync(report, cancellationToken))
            : throw new IsolationUnavailableException($"the self test's control on the host did not run: {error.Trim()}");
    }

    private static async Task<string> VersionAsync(string bubblewrap, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(bubblewrap) { ArgumentList = { "--version" }, RedirectStandardOutput = true, UseShellExecute = false })!;
        var version = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return version.Trim();
    }

    private static IsolationVerdict Unavailable(string version, string reason) => new(false, version, "", [], reason, []);

    private static Dictionary<string, string> Parse(string report) =>
        report.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);

    private static Socket Listen(Socket socket, EndPoint endPoint)
    {
        socket.Bind(endPoint);
        socket.Listen(8);
        return socket;
    }

    private static string ProbeSource()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("probe.py")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
