using System.Runtime.CompilerServices;

namespace Plinth.Tests;

/// <summary>Where tests find the checkout, its samples and, where it is there, the larger shared data.</summary>
internal static class Repository
{
    /// <summary>The checkout's root folder.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>A file or folder under <c>samples/</c>.</summary>
    public static string Sample(params string[] parts) => Path.Combine([Root, "samples", .. parts]);

    /// <summary>The golden tables and data that lie beside a checkout on the project's own machines, or null.</summary>
    public static string? SharedFolder
    {
        get
        {
            var folder = Path.GetFullPath(Path.Combine(Root, "..", "shared"));
            return Directory.Exists(Path.Combine(folder, "data")) ? folder : null;
        }
    }

    /// <summary>A path under the shared data; skips the test where there is none.</summary>
    public static string Shared(params string[] parts)
    {
        Assert.SkipWhen(SharedFolder is null, "no shared data");
        return Path.Combine([SharedFolder!, .. parts]);
    }

    private static string FindRoot(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Plinth.slnx")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No Plinth.slnx above '{from}': tests run from a checkout.");
    }
}

/// <summary>A folder of its own for one test, gone with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder([CallerMemberName] string name = "") =>
        Path = Directory.CreateTempSubdirectory($"plinth-{name[..Math.Min(20, name.Length)]}-").FullName;

    public string Path { get; }

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that a test killed may still hold a file; the folder is under the system's temporary folder.
        }
    }
}
