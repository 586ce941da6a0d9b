using System.Reflection;
using System.Runtime.InteropServices;

namespace Plinth.Lakehouse.Engine.Native;

/// <summary>Finds DuckDB's shared library: the file named by <c>PLINTH_DUCKDB</c>, beside the program, or in the <c>node_modules</c> of a folder above it.</summary>
internal static class NativeLibraryLocator
{
    public const string Variable = "PLINTH_DUCKDB";

    private static readonly Lock Gate = new();
    private static nint library;

    /// <summary>Makes imports of this assembly find the library. Cheap to call again.</summary>
    /// <exception cref="DllNotFoundException">It is not installed; the message says how to.</exception>
    public static void EnsureLoaded()
    {
        lock (Gate)
        {
            if (library != 0)
                return;
            library = NativeLibrary.Load(Find(Environment.GetEnvironmentVariable(Variable), AppContext.BaseDirectory));
            NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLocator).Assembly, Resolve);
        }
    }

    /// <summary>The library's path.</summary>
    public static string Find(string? named, string baseFolder)
    {
        if (!string.IsNullOrEmpty(named))
            return File.Exists(named) ? named : throw new DllNotFoundException($"{Variable} names '{named}', but there is no such file. Correct or unset it.");
        var file = OperatingSystem.IsWindows() ? "duckdb.dll" : OperatingSystem.IsMacOS() ? "libduckdb.dylib" : "libduckdb.so";
        var beside = Path.Combine(baseFolder, file);
        if (File.Exists(beside))
            return beside;
        var package = $"node-bindings-{(OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        for (var folder = new DirectoryInfo(baseFolder); folder is not null; folder = folder.Parent)
        {
            var installed = Path.Combine(folder.FullName, "node_modules", "@duckdb", package, file);
            if (File.Exists(installed))
                return installed;
        }
        throw new DllNotFoundException(
            $"The database engine ({file}) is not installed: neither beside the program in '{baseFolder}' nor in node_modules/@duckdb/{package} of a folder above it. " +
            $"Run './plinth' or 'npm ci' in the checkout, or set {Variable} to the file.");
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == Capi.Library ? library : 0;
}
