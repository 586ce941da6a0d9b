using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Plinth.Sandbox.Isolation;

/// <summary>Remembers for a day, and no longer than until the machine is started anew, that a back end held: a command need not attack it again. Only a good verdict is remembered, in a folder that is this user's alone.</summary>
internal static class ConformanceCache
{
    private static readonly SemaphoreSlim OneAtATime = new(1);
    private static readonly TimeSpan Age = TimeSpan.FromHours(24);
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The verdict of the back end that the options name: remembered, or of a job that runs now.</summary>
    /// <param name="fresh">Only one of a job that runs now will do.</param>
    public static async Task<IsolationVerdict> VerdictAsync(SandboxOptions options, bool fresh, CancellationToken cancellationToken)
    {
        IBackend backend;
        try
        {
            backend = Backends.Of(options);
        }
        catch (IsolationUnavailableException e)
        {
            return new(false, options.Backend, "", [], e.Reason, []);
        }
        // one job at a time: many at once would only take the machine from each other
        await OneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (!fresh && backend.Missing is null && Find(await FileAsync(options, backend, cancellationToken)) is { } known)
                return known;
            var verdict = (await Conformance.RunAsync(options, [backend], cancellationToken)).Single();
            await KeepAsync(options, backend, verdict, cancellationToken);
            return verdict;
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    /// <summary>Remembers a verdict of a job; one that is not good makes the remembered one be forgotten.</summary>
    public static async Task KeepAsync(SandboxOptions options, IBackend backend, IsolationVerdict verdict, CancellationToken cancellationToken)
    {
        if (backend.Missing is not null)
            return;
        var file = await FileAsync(options, backend, cancellationToken);
        if (file is null)
            return;
        if (!verdict.Available)
        {
            File.Delete(file);
            return;
        }
        var staging = $"{file}.{Guid.NewGuid():n}";
        await File.WriteAllBytesAsync(staging, JsonSerializer.SerializeToUtf8Bytes(verdict), cancellationToken);
        File.Move(staging, file, overwrite: true);
    }

    private static IsolationVerdict? Find(string? file)
    {
        if (file is null || !File.Exists(file) || !Signals.IsOurs(file) || TimeProvider.System.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(file) > Age)
            return null;
        try
        {
            return JsonSerializer.Deserialize<IsolationVerdict>(File.ReadAllBytes(file)) is { Available: true } verdict ? verdict : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Named after all that a verdict depends on; null where no folder is surely ours.</summary>
    private static async Task<string?> FileAsync(SandboxOptions options, IBackend backend, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.ScratchFolder, $"plinth-conformance-{Environment.UserName}");
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        if (!Signals.IsOurs(folder) || new DirectoryInfo(folder).LinkTarget is not null || (File.GetUnixFileMode(folder) & ~OwnerOnly) != UnixFileMode.None)
            return null;
        var program = backend is GVisor ? options.GVisor : options.Bubblewrap;
        var facts = string.Join('\n',
            backend.Id, await backend.VersionAsync(cancellationToken), program, Stamp(program), options.Python, Stamp(options.Python), backend.FilterSha256, Launcher.Text(backend), Conformance.Attacks,
            await File.ReadAllTextAsync("/proc/version", cancellationToken), await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", cancellationToken), Assembly.GetExecutingAssembly().ManifestModule.ModuleVersionId);
        return Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(facts))) + ".json");
    }

    private static string Stamp(string file) => FormattableString.Invariant($"{new FileInfo(file).Length} {File.GetLastWriteTimeUtc(file):O}");
}
