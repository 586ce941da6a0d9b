using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Plinth.Sandbox.Runtime;

/// <summary>What the process that scores is made of: this assembly and those that scoring uses, and the .NET runtime of this process.</summary>
internal static class ScorerTools
{
    public const string Name = "Plinth.Sandbox";
    private static readonly string[] Assemblies = [Name, "Plinth.Lakehouse", "Plinth.Catalog", "NetTopologySuite"];

    public static readonly Lazy<RuntimeTool> Program = new(() =>
    {
        var folder = new RuntimeTools.OwnFolder();
        var hash = new StringBuilder();
        void Put(string file, byte[] bytes)
        {
            folder.Put(file, bytes);
            hash.Append(file).Append('=').Append(Convert.ToHexStringLower(SHA256.HashData(bytes))).Append('\n');
        }
        foreach (var file in Assemblies.Select(assembly => assembly + ".dll"))
            Put(file, File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, file)));
        // not the built one: a published program need not carry it, and this one names the runtime that we run on
        Put(Name + ".runtimeconfig.json", Encoding.UTF8.GetBytes(
            "{\"runtimeOptions\": {\"framework\": {\"name\": \"Microsoft.NETCore.App\", \"version\": \"" + Environment.Version + "\"}, \"configProperties\": {\"System.Globalization.Invariant\": true}}}"));
        return new(folder.Path, RuntimeTools.Folder + "/scorer", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hash.ToString()))));
    });

    public static readonly Lazy<RuntimeTool> Runtime = new(() =>
    {
        var runtime = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/');
        var root = Path.GetFullPath(Path.Combine(runtime, "../../.."));
        if (!File.Exists(Path.Combine(root, "dotnet")))
            throw new IsolationUnavailableException($"the .NET runtime's program '{root}/dotnet' is not there, which scoring needs; run Plinth on an installed runtime (apt-get install -y dotnet-runtime-10.0).");
        if (!IsOpen(root))
            root = Copy(root, runtime);
        var version = typeof(object).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return new(root, RuntimeTools.Folder + "/dotnet", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version))));
    });

    /// <summary>Whether every user can go down to it, as the run's user must.</summary>
    private static bool IsOpen(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (!at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        return true;
    }

    /// <summary>The runtime from a home that only its owner may enter, to where the run's user can read it.</summary>
    private static string Copy(string root, string runtime)
    {
        var target = new RuntimeTools.OwnFolder().Path;
        var hosts = Directory.EnumerateFiles(Path.Combine(root, "host"), "*", SearchOption.AllDirectories);
        foreach (var file in Directory.EnumerateFiles(runtime).Concat(hosts).Append(Path.Combine(root, "dotnet")))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
            File.SetUnixFileMode(copy, (UnixFileMode)0b111_101_101);
        }
        foreach (var folder in Directory.EnumerateDirectories(target, "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        return target;
    }
}
