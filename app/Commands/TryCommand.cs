using System.CommandLine;
using System.Globalization;
using Plinth.App.Output;
using Plinth.Sandbox;

namespace Plinth.App.Commands;

/// <summary><c>plinth sandbox try</c></summary>
internal static class TryCommand
{
    internal static Command Build()
    {
        Argument<string> path = new("path") { Description = "A folder, .zip, .tar or .tar.gz with sandbox.json." };
        Option<string> sample = new("--sample") { Description = "The folder that 'plinth sandbox sample' wrote: train.csv and test.csv.", Required = true };
        Option<string?> scenario = new("--scenario") { Description = "A scenario's file (default: the one that sandbox.json names)." };
        Option<string?> output = new("--out") { Description = "Where the output goes, as it was written." };
        var json = Shared.Json();
        Command command = new("try", "Runs a submission here as the real run would: same intake, kinds, runtime image, isolation and limits, on the sample data. Nothing is handed in.") { path, sample, scenario, output, json };
        return SandboxCommands.WithService(command, async (parsed, _, service) =>
        {
            var result = await service.TryAsync(parsed.GetValue(path)!, parsed.GetValue(sample)!, parsed.GetValue(scenario));
            if (parsed.GetValue(output) is { } file && result.Output is { } bytes)
                await File.WriteAllBytesAsync(file, bytes);
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(result with { Output = null });
            else
                Print(result);
            return result.Sound ? ExitCodes.Done : ExitCodes.Failed;
        });
    }

    private static void Print(TrialResult result)
    {
        Console.Out.Write(result.StandardOutput);
        Console.Error.Write(result.StandardError);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"submission {result.ContentSha256}"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Outcome}, exit code {result.ExitCode}, {result.Duration.TotalSeconds:0.00} s, in {result.Backend} on runtime {result.Runtime}"));
        foreach (var limit in result.LimitsReached)
            Console.Out.WriteLine($"limit reached: {limit}");
        foreach (var limit in result.SoftLimits)
            Console.Out.WriteLine($"soft limit: {limit}");
        if (result.Fault is { } fault)
            Console.Error.WriteLine($"plinth: output: {fault}");
        else if (result.Sound)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the output is sound: {result.Rows:N0} predictions"));
    }
}
