using Plinth.Twin;

namespace Plinth.Tests.Twin.Derivation;

public sealed class InterruptedTests
{
    private static readonly string[] s_tables = ["entity", "entity_geometry", "claim", "fact", "relation"];

    /// <summary>A step's line comes before its table is committed, so the tables before are in and this one is not.</summary>
    [Theory]
    [InlineData("object-geometry")]
    [InlineData("request-claim")]
    [InlineData("fact")]
    [InlineData("place-relation")]
    public async Task A_run_that_ends_anywhere_is_finished_by_the_next_one_also_when_more_has_come_since(string step)
    {
        using var broken = new City();
        using var whole = new City();
        foreach (var city in new[] { broken, whole })
            await FirstAsync(city);
        await FluentActions.Awaiting(() => broken.Twin.DeriveAsync("killed", "test", new EndAt(step))).Should().ThrowAsync<OperationCanceledException>();
        foreach (var city in new[] { broken, whole })
        {
            await ThenAsync(city);
            await city.DeriveAsync();
        }
        foreach (var table in s_tables)
        {
            var sql = $"SELECT * EXCLUDE (run_id) FROM twin.{table} ORDER BY ALL";
            (await broken.SqlAsync(sql)).Should().BeEquivalentTo(await whole.SqlAsync(sql), table);
        }
    }

    [Fact]
    public async Task Two_derivations_at_once_leave_each_row_once()
    {
        using var city = new City();
        using var alone = new City();
        await FirstAsync(city);
        await FirstAsync(alone);
        await alone.DeriveAsync();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async i =>
        {
            try
            {
                await Task.Run(() => city.Twin.DeriveAsync($"r{i}", "test"));
            }
            catch (Lakehouse.CommitFailedException)
            {
                // Another one was faster with a part of the batches; a rerun finishes.
            }
        }));
        await city.DeriveAsync();
        foreach (var table in s_tables)
        {
            var sql = $"SELECT * EXCLUDE (run_id) FROM twin.{table} ORDER BY ALL";
            (await city.SqlAsync(sql)).Should().BeEquivalentTo(await alone.SqlAsync(sql), table);
        }
    }

    private static async Task FirstAsync(City city)
    {
        await city.AddAsync("base.admin_unit", Rows.Unit("440114", "花都区", "district", "4401", [112.95, 23.24, 113.48, 23.62]));
        await city.AddAsync("model.object", Rows.Building("tower", 113.2, 23.4, """{"measuredHeight": 36}""", height: 30));
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", x: 113.2, y: 23.4));
    }

    private static async Task ThenAsync(City city)
    {
        city.Clock.Set("2024-06-10T00:00:00Z");
        await city.AddAsync("model.object", Rows.Building("tower", 113.201, 23.4, """{"measuredHeight": 37}"""));
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", "2024-05-02T00:00:00Z", 113.2, 23.4, "closed", row: "sha256:cd#1"));
    }

    private sealed class EndAt(string step) : IProgress<string>
    {
        public void Report(string value)
        {
            if (value.StartsWith(step + ":", StringComparison.Ordinal))
                throw new OperationCanceledException(step);
        }
    }
}
