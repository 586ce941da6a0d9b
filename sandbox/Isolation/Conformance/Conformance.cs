using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Plinth.Sandbox.Runtime;

namespace Plinth.Sandbox.Isolation;

/// <summary>Proves that a back end holds on this machine: the same attacks reach their goals on the bare host and not inside. A back end that fails one is not offered.</summary>
/// <remarks>An attack that even the bare host does not allow (no such device, service not root) proves nothing; it must be blocked inside all the same, and is reported as not proved.</remarks>
internal static class Conformance
{
    /// <summary>Attacks whose control may fail, since not every host has what they are after or lets this service have it.</summary>
    private static readonly HashSet<string> Optional =
    [
        "loopback_ipv6", "packet_socket", "vsock_socket", "crypto_socket", "password_file", "home_of_root", "file_through_a_process", "kernel_keys", "kernel_symbols", "become_root", "capabilities", "new_privileges", "user_namespace", "clone_user_namespace",
        "mount_a_file_system", "trace_a_process", "berkeley_filter", "io_uring", "keyring", "user_fault", "performance_event", "personality", "read_process_memory", "calls_of_32_bits", "block_device", "kernel_log", "virtual_machines", "user_file_systems",
        "link_input_to_output", "core_dump", "sparse_output", "cores",
    ];

    /// <summary>The program that attacks.</summary>
    public static string Attacks { get; } = Source();

    /// <summary>Tries all attacks on some back ends; the controls run once for all.</summary>
    public static async Task<IReadOnlyList<IsolationVerdict>> RunAsync(SandboxOptions options, IReadOnlyList<IBackend> backends, CancellationToken cancellationToken)
    {
        var verdicts = new List<IsolationVerdict>();
        var here = backends.Where(backend => Missing(options, backend) is null).ToList();
        if (here.Count > 0)
        {
            Descriptors.CloseOnStart();
            using var facts = new ConformanceFacts(options.ScratchFolder);
            string? broken = null;
            Dictionary<string, string> outside = [];
            try
            {
                outside = await OutsideAsync(options, facts, cancellationToken);
            }
            catch (IsolationUnavailableException e)
            {
                broken = e.Reason;
            }
            foreach (var backend in here)
                verdicts.Add(broken is null ? await TryAsync(options, backend, facts, outside, cancellationToken) : Unavailable(backend.Id, broken));
        }
        foreach (var backend in backends.Except(here))
            verdicts.Add(Unavailable(backend.Id, Missing(options, backend)!));
        return verdicts;
    }

    public static Dictionary<string, string> Parse(string report) =>
        report.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);

    private static string? Missing(SandboxOptions options, IBackend backend) =>
        !OperatingSystem.IsLinux() ? "isolation needs Linux."
        : backend.Missing ?? (File.Exists(options.Python) ? null : $"'{options.Python}' is not there; run: apt-get install -y python3");

    private static async Task<Dictionary<string, string>> OutsideAsync(SandboxOptions options, ConformanceFacts facts, CancellationToken cancellationToken)
    {
        var groups = await Task.WhenAll(new[] { "reach", "fill", "link", "memory", "text", "wall_clock", "processor", "cores" }.Select(group => HostControl.RunAsync(options, facts, group, cancellationToken)));
        var outside = groups.SelectMany(results => results).ToDictionary();
        outside["processes_left_behind"] = await HostControl.OrphanAsync(cancellationToken);
        return outside;
    }

    private static async Task<IsolationVerdict> TryAsync(SandboxOptions options, IBackend backend, ConformanceFacts facts, Dictionary<string, string> outside, CancellationToken cancellationToken)
    {
        var version = await backend.VersionAsync(cancellationToken);
        try
        {
            var attacked = new AttackedBackend(options, backend, facts, RuntimeView.Host(options.Python));
            var inside = await attacked.RunAsync(cancellationToken);
            return Judge(version, backend, outside, inside, attacked);
        }
        catch (IsolationUnavailableException e)
        {
            return Unavailable(version, e.Reason);
        }
    }

    private static IsolationVerdict Judge(string version, IBackend backend, Dictionary<string, string> outside, Dictionary<string, string> inside, AttackedBackend attacked)
    {
        var probes = outside.Select(pair => new IsolationProbe(pair.Key, pair.Value, inside.GetValueOrDefault(pair.Key, "not tried")) { MayBeUnproved = Optional.Contains(pair.Key) }).ToImmutableArray();
        var failed = probes.Where(probe => !probe.Passed).ToList();
        var reason = failed.Count == 0 ? null
            : "the conformance job failed: " + string.Join("; ", failed.Select(p => p.Inside.StartsWith("blocked", StringComparison.Ordinal) ? $"'{p.Attack}' cannot be tried on this host ({p.Host})" : $"'{p.Attack}' gets through the isolation")) + ".";
        var hashed = string.Join('\n', probes.Select(p => $"{p.Attack}={p.Passed},{p.Proved}").Prepend(version).Append(backend.FilterSha256).Append(attacked.ArgumentsSha256).Append(RuntimeInformation.OSDescription));
        return new(reason is null, version, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed))), probes, reason, attacked.SoftLimits);
    }

    private static IsolationVerdict Unavailable(string version, string reason) => new(false, version, "", [], reason, []);

    private static string Source()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("attacks.py")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
