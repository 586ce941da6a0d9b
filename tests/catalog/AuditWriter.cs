using System.Diagnostics;
using System.Runtime.CompilerServices;
using Plinth.Catalog;

namespace Plinth.Tests.Catalog;

/// <summary>This test program as a process of its own that appends lines until it has done so many times, or is killed.</summary>
internal static class AuditWriter
{
    private const string Folder = "PLINTH_TEST_AUDIT_FOLDER", Count = "PLINTH_TEST_AUDIT_COUNT", Name = "PLINTH_TEST_AUDIT_NAME";

    public static Process Start(string folder, string name, int count)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(AuditWriter).Assembly.Location]) { UseShellExecute = false };
        (start.Environment[Folder], start.Environment[Count], start.Environment[Name]) = (folder, count.ToString(), name);
        return Process.Start(start)!;
    }

    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Folder) is not { } folder)
            return;
        var chain = new AuditChain(folder, TimeProvider.System);
        var count = int.Parse(Environment.GetEnvironmentVariable(Count)!);
        for (var i = 1; i <= count; i++)
            chain.Append("test.line", Environment.GetEnvironmentVariable(Name)!, new Dictionary<string, string> { ["i"] = i.ToString() });
        Environment.Exit(0);
    }
}
