using System.Diagnostics;

namespace Plinth.Tests.Lakehouse.Soak;

/// <summary>This program, started again as a process of its own.</summary>
internal static class Child
{
    /// <param name="before">A program, with its arguments, that starts ours: to give it another view of the file system, say.</param>
    public static Process Start(string[] arguments, IReadOnlyDictionary<string, string>? environment = null, string[]? before = null)
    {
        string[] own = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, typeof(Child).Assembly.Location, .. arguments]
            : [Environment.ProcessPath!, .. arguments];
        string[] all = [.. before ?? [], .. own];
        var start = new ProcessStartInfo(all[0], all[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        start.Environment["DOTNET_TieredPGO"] = "0"; // it lives for a second or two
        return Process.Start(start)!;
    }
}
