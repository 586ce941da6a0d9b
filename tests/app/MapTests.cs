using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>The map's server on a free port, in its own process, on a lake with the demo's data.</summary>
[Collection(DemoLake.Name)]
public sealed class MapTests(DemoLake lake)
{
    [Fact]
    public async Task The_page_shows_the_twin_and_a_click_gives_facts_with_their_source()
    {
        var chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(chromium is null, "no Chromium; tools/setup.sh --tests installs it");
        await using var server = await Server.StartAsync(lake.Folder);
        var screenshot = Path.Combine(lake.Folder, "map.png");
        var seen = await RunNodeAsync("map.mjs", server.Url, chromium!, screenshot);

        seen.GetProperty("errors").EnumerateArray().Should().BeEmpty();
        seen.GetProperty("foreign").EnumerateArray().Should().BeEmpty("everything comes from this server");
        var layers = seen.GetProperty("layers").EnumerateArray().ToDictionary(l => l.GetProperty("name").GetString()!, l => l.GetProperty("count").GetInt64());
        layers["buildings"].Should().BeGreaterThan(100);
        layers["orders"].Should().BeGreaterThan(4000);
        var facts = seen.GetProperty("card").GetProperty("facts").EnumerateArray().ToList();
        facts.Should().NotBeEmpty();
        facts.Should().AllSatisfy(f => f.GetProperty("source").GetString().Should().MatchRegex(@"^\w+\.\w+@\d+ · sha256:[0-9a-f]{64}"));
        seen.GetProperty("centre")[0].GetDouble().Should().BeApproximately(113.2, 0.3, "Huadu is there");
        new FileInfo(screenshot).Length.Should().BeGreaterThan(10_000);
    }

    [Fact]
    public async Task Another_host_name_is_turned_away()
    {
        await using var server = await Server.StartAsync(lake.Folder);
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Get, server.Url + "api/summary") { Headers = { Host = "evil.example" } };
        (await http.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.MisdirectedRequest);
    }

    [Theory]
    [InlineData("api/layers/none", HttpStatusCode.NotFound, "There is no layer 'none'")]
    [InlineData("api/layers/buildings?date=yesterday", HttpStatusCode.BadRequest, "'yesterday' is not a date")]
    [InlineData("api/entities/urn:plinth:nothing", HttpStatusCode.NotFound, "The twin holds no entity")]
    [InlineData("api/at?lon=200&lat=0", HttpStatusCode.BadRequest, "lon is -180 to 180")]
    [InlineData("vendor/..%2F..%2Fpackage.json", HttpStatusCode.NotFound, null)]
    public async Task A_wrong_request_gets_a_problem_that_says_what_is_wrong(string path, HttpStatusCode status, string? detail)
    {
        await using var server = await Server.StartAsync(lake.Folder);
        using HttpClient http = new();
        var answer = await http.GetAsync(new Uri(server.Url + path));
        answer.StatusCode.Should().Be(status);
        if (detail is not null)
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().Should().Contain(detail);
    }

    private static async Task<JsonElement> RunNodeAsync(string script, params string[] arguments)
    {
        var folder = Path.Combine(Repository.Root, "tests", "browser");
        ProcessStartInfo start = new("node") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(script);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, await error);
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    private sealed class Server(Process process, string url) : IAsyncDisposable
    {
        internal string Url { get; } = url;

        internal static async Task<Server> StartAsync(string folder)
        {
            var process = CliProcess.Start(folder, "serve", "--port", "0");
            var line = await process.StandardOutput.ReadLineAsync();
            line.Should().StartWith("the map is at http://127.0.0.1:");
            return new(process, line!.Split(' ')[4]);
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
