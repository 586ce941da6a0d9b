using System.Diagnostics;

namespace Plinth.Sandbox.Isolation;

/// <summary>Asks a back end's program what it is.</summary>
internal static class BackendVersion
{
    /// <returns>The first line of <c>--version</c>.</returns>
    public static async Task<string> OfAsync(string program, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program) { ArgumentList = { "--version" }, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment.Clear();
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var version = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await error;
        await process.WaitForExitAsync(cancellationToken);
        return version.Split('\n')[0].Trim();
    }
}
