using System.Collections.Immutable;
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Plinth.Sandbox.Isolation;

namespace Plinth.Sandbox.Runtime;

/// <summary>Our runners of SQL and of models, and the native libraries that they load; seen inside under <see cref="Folder"/>.</summary>
internal static class RuntimeTools
{
    public const string Folder = "/plinth";
    private static readonly ConcurrentDictionary<string, string> Hashes = [];

    public static ImmutableArray<RuntimeTool> Sql() => [Runner("sql.py"), Library("PLINTH_DUCKDB", "libduckdb.so", $"@duckdb/node-bindings-linux-{Machine}/libduckdb.so", "libduckdb.so", "run 'npm ci' in the checkout")];

    public static ImmutableArray<RuntimeTool> Onnx() =>
    [
        Runner("onnx.py"),
        Library("PLINTH_ONNXRUNTIME", "libonnxruntime.so.1", $"onnxruntime-node/bin/napi-v6/linux/{Machine}/libonnxruntime.so.1", "libonnxruntime.so", "run 'tools/setup.sh --onnx' in the checkout"),
    ];

    /// <summary>Our own program that scores, its assemblies copied to a place that the run's user can read, on the runtime that this process runs on.</summary>
    public static ImmutableArray<RuntimeTool> Scorer(bool sql) => [ScorerTools.Program.Value, ScorerTools.Runtime.Value, .. sql ? Sql().Skip(1) : []];

    public static ImmutableArray<string> ScorerCommand { get; } = [Folder + "/dotnet/dotnet", $"{Folder}/scorer/{ScorerTools.Name}.dll"];

    private static string Machine => RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    private static RuntimeTool Library(string variable, string beside, string package, string inside, string help)
    {
        var file = Find(variable, beside, package) ?? throw new IsolationUnavailableException($"'{beside}' is not installed, which this kind of submission needs; {help}, or set {variable} to the file.");
        return Tool(file, inside);
    }

    private static string? Find(string variable, string beside, string package)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named)
            return File.Exists(named) ? named : null;
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, beside)))
            return Path.Combine(AppContext.BaseDirectory, beside);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            foreach (var modules in new[] { "node_modules", "sandbox/onnx/node_modules" })
                if (Path.Combine(folder.FullName, modules, package) is var installed && File.Exists(installed))
                    return installed;
        return null;
    }

    /// <summary>A runner of ours, from this assembly, in a file beside the program's other temporary files that only this user can change.</summary>
    private static RuntimeTool Runner(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("runners/" + name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return new(RunnerFolder.Value.Put(name, bytes), $"{Folder}/{name}", hash);
    }

    private static RuntimeTool Tool(string file, string inside)
    {
        var hash = Hashes.GetOrAdd(file, path =>
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        });
        return new(file, $"{Folder}/{inside}", hash);
    }

    private static readonly Lazy<OwnFolder> RunnerFolder = new(() => new());

    internal sealed class OwnFolder
    {
        private readonly string _path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), RunFolder.NewName()); // swept when this process is gone

        public OwnFolder()
        {
            Directory.CreateDirectory(_path);
            File.SetUnixFileMode(_path, (UnixFileMode)0b111_101_101); // the run's user reads it
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(_path, recursive: true);
        }

        public string Path => _path;

        public string Put(string name, byte[] bytes)
        {
            var file = System.IO.Path.Combine(_path, name);
            lock (this)
                if (!File.Exists(file))
                {
                    File.WriteAllBytes(file, bytes);
                    File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
                }
            return file;
        }
    }
}
