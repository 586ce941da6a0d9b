using System.Diagnostics;
using System.Text.Json;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>The demo as a newcomer sees it.</summary>
[Collection(DemoLake.Name)]
public sealed class DemoTests(DemoLake lake)
{
    [Fact]
    public void The_demo_ends_with_a_summary_of_the_whole_loop()
    {
        lake.Demo.Code.Should().Be(0, lake.Demo.Error);
        lake.Demo.Output.Should().ContainAll("What came in", "What the twin holds", "Three questions in SQL", "Leaderboard", "What flowed back", "./plinth serve");
        lake.Demo.Output.Should().ContainAll("ServiceRequest", "Building", "AdministrativeUnit", "花都区", "dispatch");
    }

    [Fact]
    public async Task Running_it_again_adds_nothing_and_says_so()
    {
        var before = await StateAsync(lake.Folder);
        var again = await CliProcess.RunAsync(lake.Folder, "demo");
        again.Code.Should().Be(0, again.Error);
        again.Output.Should().Contain("Nothing was new");
        (await StateAsync(lake.Folder)).Should().Equal(before);
    }

    [Fact]
    public async Task Forcing_every_step_adds_nothing_either()
    {
        var before = await StateAsync(lake.Folder);
        (await CliProcess.RunAsync(lake.Folder, "job", "run", "city", "--force")).Code.Should().Be(0);
        (await StateAsync(lake.Folder)).Should().Equal(before);
    }

    [Fact]
    public async Task Killed_at_any_moment_and_run_again_it_ends_in_the_same_state()
    {
        var whole = await StateAsync(lake.Folder);
        // Moments spread over the whole run; each lake is killed several times on its way.
        Random random = new(20261122);
        for (var round = 0; round < 2; round++)
        {
            using TemporaryFolder folder = new("killed");
            var kills = 0;
            for (var attempt = 0; attempt < 6; attempt++)
            {
                using var process = CliProcess.Start(folder.Path, "demo");
                var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
                if (!process.WaitForExit(TimeSpan.FromMilliseconds(random.Next(800, 4500))))
                {
                    process.Kill(entireProcessTree: false);
                    kills++;
                }

                await process.WaitForExitAsync();
                await reading;
            }

            kills.Should().BeGreaterThan(1, "the demo must have been cut short for this to show anything");
            var last = await CliProcess.RunAsync(folder.Path, "demo");
            last.Code.Should().Be(0, last.Error);
            (await StateAsync(folder.Path)).Should().Equal(whole);
            (await CliProcess.RunAsync(folder.Path, "audit", "verify")).Code.Should().Be(0);
        }
    }

    /// <summary>Every table's rows, without the columns that name a run or the moment of its work: rows and a hash that does not depend on order.</summary>
    private static async Task<SortedDictionary<string, string>> StateAsync(string folder)
    {
        SortedDictionary<string, string> state = new(StringComparer.Ordinal);
        var tables = JsonSerializer.Deserialize<JsonElement>((await CliProcess.RunAsync(folder, "lake", "tables", "--json")).Output).GetProperty("tables");
        foreach (var table in tables.EnumerateArray().Select(t => t.GetProperty("name").GetString()!))
        {
            var columns = (await CliProcess.RunAsync(folder, "sql", $"SELECT string_agg(column_name, ', ' ORDER BY column_index) AS c FROM duckdb_columns() WHERE schema_name || '.' || table_name = '{table}' " +
                "AND column_name NOT IN ('run_id', 'recorded_from', 'recorded_to', 'found_at', 'created_at', 'computed_at', 'decided_at', 'scored_at', 'approved_at', 'expires_at', 'rejected_at', 'feedback_id')", "--format", "csv")).Output.Split('\n')[1].Trim('"');
            var sum = await CliProcess.RunAsync(folder, "sql", $"SELECT count(*) || ' rows, ' || coalesce(bit_xor(hash(COLUMNS(*)))::VARCHAR, '') AS s FROM (SELECT hash({columns}) AS h FROM {table})", "--format", "csv");
            sum.Code.Should().Be(0, sum.Error);
            state[table] = sum.Output.Split('\n')[1];
        }

        return state;
    }
}
