using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>The sandbox's pages in a real browser, by keyboard, on a lake of their own: a vendor hands in, two reviewers release.</summary>
public sealed class SandboxPagesTests
{
    [Fact]
    public async Task A_vendor_hands_in_and_two_reviewers_release_without_a_mouse_in_two_languages()
    {
        var chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(chromium is null, "no Chromium; tools/setup.sh --tests installs it");
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed; tools/setup.sh installs it");
        using var lake = new TemporaryFolder();
        await DoneAsync(lake, "ingest", "hotline", Repository.Sample("hotline", "311_Animals_2025_short.csv"));
        await DoneAsync(lake, "twin", "derive");
        await DoneAsync(lake, "sandbox", "publish", "agency-of-request");
        var keys = new[]
        {
            await KeyAsync(lake, "vendor:acme", "acme", "vendor"), await KeyAsync(lake, "person:li", "district-office", "reviewer"), await KeyAsync(lake, "person:wang", "data-office", "reviewer"),
        };
        var code = lake["code"];
        Directory.CreateDirectory(code);
        foreach (var file in Directory.GetFiles(Directory.GetDirectories(Repository.Sample("submissions"), "agency-majority@*").Single()))
            File.Copy(file, Path.Combine(code, Path.GetFileName(file)));
        await File.AppendAllTextAsync(Path.Combine(code, "main.py"), "    print('learned from the training rows')\n");
        await ZipFile.CreateFromDirectoryAsync(code, lake["code.zip"]);

        using var server = CliProcess.Start(lake.Path, "serve", "--port", "0");
        try
        {
            var url = (await server.StandardOutput.ReadLineAsync())!.Split(' ')[4];
            var pictures = Environment.GetEnvironmentVariable("PLINTH_PICTURES") ?? lake.Path;
            var seen = await NodeAsync([url, chromium!, pictures, lake["code.zip"], .. keys]);

            seen.GetProperty("errors").EnumerateArray().Should().BeEmpty();
            seen.GetProperty("foreign").EnumerateArray().Should().BeEmpty("everything comes from this server");
            Text("chinese").Should().Be("场景");
            Text("english").Should().Be("Scenarios");
            Text("refused").Should().Be("Please sign in first.");
            Text("fault").Should().Contain("it is neither a folder nor a sound");
            var run = seen.GetProperty("run").EnumerateArray().Select(cell => cell.GetString()).ToList();
            run.Should().Contain("0.9300", "the public score in steps of 0.01").And.Contain("0.9479");
            seen.GetProperty("vendorLogs").GetInt32().Should().Be(403);
            seen.GetProperty("withoutHeader").GetInt32().Should().Be(400, "a page elsewhere cannot send the header");
            Text("logs").Should().Contain("learned from the training rows");
            Text("desk").Should().Contain("person:li, person:wang").And.Contain("same output");
            seen.GetProperty("board").EnumerateArray().Select(row => row.GetString()).Should().HaveCount(2).And.Contain(row => row!.StartsWith("1acme"));
            seen.GetProperty("wide").GetInt32().Should().BeLessThanOrEqualTo(420, "a narrow window needs no scrolling sideways");
            seen.GetProperty("feed").GetProperty("items")[0].GetProperty("title").GetString().Should().Be("1. acme");

            string Text(string name) => seen.GetProperty(name).GetString()!;
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
        }
    }

    private static async Task DoneAsync(TemporaryFolder lake, params string[] arguments) => (await CliProcess.RunAsync(lake.Path, arguments)).Should().Match<CliProcess.Result>(r => r.Code == 0);

    private static async Task<string> KeyAsync(TemporaryFolder lake, string name, string organisation, string role)
    {
        var made = await CliProcess.RunAsync(lake.Path, "catalog", "add-principal", name, "--organisation", organisation, "--role", role);
        made.Code.Should().Be(0, made.Error);
        return (made.Output + made.Error).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).MaxBy(word => word.Length)!;
    }

    private static async Task<JsonElement> NodeAsync(IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new("node") { WorkingDirectory = Path.Combine(Repository.Root, "tests", "browser"), RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments.Prepend("sandbox.mjs"))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, await error);
        return JsonSerializer.Deserialize<JsonElement>(output);
    }
}
