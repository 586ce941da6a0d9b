using System.Diagnostics;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>Runs the built program as users do: another process, its own streams and exit code.</summary>
internal static class CliProcess
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "plinth.dll");

    internal sealed record Result(int Code, string Output, string Error);

    internal static Task<Result> RunAsync(string folder, params string[] arguments) => RunAsync(folder, [], arguments);

    internal static async Task<Result> RunAsync(string folder, KeyValuePair<string, string>[] environment, params string[] arguments)
    {
        using var process = Start(folder, environment, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    internal static Process Start(string folder, params string[] arguments) => Start(folder, [], arguments);

    private static Process Start(string folder, KeyValuePair<string, string>[] environment, string[] arguments)
    {
        ProcessStartInfo start = new("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Remove("PLINTH_LAKE");
        start.Environment.Remove("PLINTH_KEY");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Splits a documented command as a shell would: quotes hold words together.</summary>
    internal static string[] Split(string command)
    {
        List<string> words = [];
        System.Text.StringBuilder word = new();
        var (inWord, quoted) = (false, false);
        foreach (var c in command)
        {
            if (c == '"')
                (quoted, inWord) = (!quoted, true);
            else if (c == ' ' && !quoted)
            {
                if (inWord)
                    words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (inWord)
            words.Add(word.ToString());
        return [.. words];
    }
}
