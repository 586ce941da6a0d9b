namespace Plinth.Tests.Lakehouse.Soak;

/// <summary>The short form of <see cref="SoakCommand"/>.</summary>
public class KillTests
{
    [Fact]
    public async Task A_process_killed_at_any_moment_loses_no_acknowledged_row_doubles_none_and_breaks_no_log()
    {
        using var folder = new TemporaryFolder();
        var soak = new KillSoak(folder["soak"], 20240501);
        await soak.RunAsync(24);
        soak.Kills.Values.Sum().Should().Be(24);
        soak.Kills.Keys.Except(["start", "between"]).Should().HaveCountGreaterThan(2, "changes of several kinds were under way");
    }
}
