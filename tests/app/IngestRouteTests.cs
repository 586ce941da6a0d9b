using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Plinth.App.Commands;
using Plinth.App.Web;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Tests;
using Plinth.Twin;

namespace Plinth.App.Tests;

/// <summary>Taking files in over HTTP, and out of a watched folder.</summary>
public sealed class IngestRouteTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new("ingest-route");
    private readonly Lake _lake;
    private readonly CityCatalog _catalog;
    private readonly CityTwin _twin;
    private readonly WebApplication _server;
    private readonly HttpClient _http = new();

    public IngestRouteTests()
    {
        _lake = Lake.Open(new(_folder["lake"]));
        Directory.CreateDirectory(_folder["lake", "contracts"]);
        File.WriteAllText(_folder["lake", "contracts", "radar.yaml"], """
            kind: SourceContract
            name: radar
            family: sensors
            dataset: sensor.observation
            format: jsonl
            timeZone: UTC
            crs: "OGC:CRS84"
            columns:
              - {name: phenomenon_time, from: time, required: true}
              - {name: result, from: value, required: true}
            settings: {thing.from: device, property: speed}
            """);
        _catalog = CityCatalog.Open(_lake);
        _twin = CityTwin.Open(_catalog);
        _server = MapServer.Build(_catalog, _twin, 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
        _twin.Dispose();
        _catalog.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Line(int i) => $"{{\"device\":\"R{i}\",\"time\":\"2026-03-01T00:00:00Z\",\"value\":{i}}}\n";

    private async Task<HttpResponseMessage> PostAsync(string body, string contract = "radar", string? key = null, string? origin = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"{_server.Urls.First()}/ingest/{contract}") { Content = new StringContent(body, Encoding.UTF8, "application/x-ndjson") };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return await _http.SendAsync(request, Token);
    }

    [Fact]
    public async Task A_body_is_committed_when_the_answer_comes_and_the_same_body_again_adds_nothing()
    {
        await _server.StartAsync(Token);
        var first = await (await PostAsync(Line(1) + Line(2) + Line(2) + "nonsense\n")).Content.ReadFromJsonAsync<JsonElement>(Token);
        var second = await (await PostAsync(Line(1) + Line(2) + Line(2) + "nonsense\n")).Content.ReadFromJsonAsync<JsonElement>(Token);

        (first.GetProperty("read").GetInt64(), first.GetProperty("rows").GetInt64(), first.GetProperty("rejected").GetInt64(), first.GetProperty("duplicates").GetInt64()).Should().Be((4, 2, 1, 1));
        second.GetProperty("status").GetString().Should().Be("unchanged");
        (await _lake.ReadAsync(new("sensor", "observation"), cancellationToken: Token)).Files.Should().ContainSingle();
        Directory.EnumerateFileSystemEntries(_folder["lake", "control", "incoming"]).Should().BeEmpty();
    }

    [Fact]
    public async Task Small_bodies_that_come_together_share_their_commits()
    {
        await _server.StartAsync(Token);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => PostAsync(Line(i))));

        answers.Should().OnlyContain(a => a.StatusCode == HttpStatusCode.OK);
        (await _lake.ReadAsync(new("sensor", "observation"), cancellationToken: Token)).Version.Should().BeLessThan(10);
    }

    [Fact]
    public async Task Too_many_at_once_are_turned_away_with_the_seconds_to_wait()
    {
        await _server.StartAsync(Token);
        var answers = await Task.WhenAll(Enumerable.Range(0, IngestQueue.Most * 4).Select(i => PostAsync(Line(i))));

        answers.Should().Contain(a => a.StatusCode == HttpStatusCode.OK).And.OnlyContain(a => a.StatusCode == HttpStatusCode.OK || a.StatusCode == HttpStatusCode.TooManyRequests);
        answers.Where(a => a.StatusCode == HttpStatusCode.TooManyRequests).Should().OnlyContain(a => a.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    [Fact]
    public async Task Unknown_layouts_wrong_files_and_callers_without_a_key_are_refused()
    {
        await _server.StartAsync(Token);
        (await PostAsync(Line(1), "nothing")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        var refused = await PostAsync("no json\n");
        refused.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await refused.Content.ReadAsStringAsync(Token)).Should().Contain("is another kind of file");
        (await PostAsync(Line(1), origin: "https://evil.example")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        var reader = _catalog.Access.AddPrincipal(new("person:reader", "org", ["planner"]));
        (await PostAsync(Line(1), key: reader)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var gateway = _catalog.Access.AddPrincipal(new("device:gateway", "org", ["module"]));
        (await PostAsync(Line(1), key: gateway, origin: _server.Urls.First())).StatusCode.Should().Be(HttpStatusCode.OK);
        var poster = _catalog.Access.AddPrincipal(new("device:poster", "org", ["ingest"]));
        (await PostAsync(Line(2), key: poster, origin: _server.Urls.First())).StatusCode.Should().Be(HttpStatusCode.OK);
        _catalog.Audit.Read().Should().Contain(e => e.Action == "ingest" && e.Principal == "device:gateway").And.Contain(e => e.Action == "ingest" && e.Principal == "device:poster");
    }

    [Fact]
    public void A_watched_file_is_taken_once_it_stands_still_and_again_when_it_changes()
    {
        Directory.CreateDirectory(_folder["in"]);
        WatchFolder watch = new([_folder["in"]], TimeProvider.System, TimeSpan.FromSeconds(1));
        File.WriteAllText(_folder["in", "a.jsonl"], Line(1));
        File.WriteAllText(_folder["in", "b.part"], Line(1));
        watch.Ready().Should().BeEmpty("it may still be written to");
        watch.Ready().Should().Equal(_folder["in", "a.jsonl"]);
        watch.Ready().Should().BeEmpty();
        File.AppendAllText(_folder["in", "a.jsonl"], Line(2));
        watch.Ready().Should().BeEmpty();
        watch.Ready().Should().Equal(_folder["in", "a.jsonl"]);
    }

    [Fact]
    public async Task The_program_takes_in_what_comes_into_a_watched_folder_and_goes_on_after_a_file_it_refuses()
    {
        Directory.CreateDirectory(_folder["in"]);
        using var program = CliProcess.Start(_folder.Path, "ingest", "sensors", _folder["in"], "--contract", "radar", "--watch", "--lake", _folder["lake"]);
        try
        {
            foreach (var (name, body, said) in new[] { ("a.jsonl", Line(1) + Line(2), "2 read = 2 stored + 0 rejected + 0 duplicates"), ("b.jsonl", "no json\n", "refused"), ("c.jsonl", Line(3), "1 read = 1 stored") })
            {
                await File.WriteAllTextAsync(_folder["in", name], body, Token);
                string? line;
                while ((line = await program.StandardOutput.ReadLineAsync(Token)) is not null && !line.Contains(name, StringComparison.Ordinal)) { }
                line.Should().Contain(said);
            }
        }
        finally
        {
            program.Kill(entireProcessTree: true);
            await program.WaitForExitAsync(CancellationToken.None);
        }
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        await _lake.CreateViewsAsync(connection, null, Token);
        connection.Rows("SELECT count(*) FROM sensor.observation").Single()[0].Should().Be(3L);
    }
}
