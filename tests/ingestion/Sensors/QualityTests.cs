using Plinth.Catalog;

namespace Plinth.Tests;

public class QualityTests
{
    private const string Layout = """
        kind: SourceContract
        name: loop
        family: sensors
        dataset: sensor.observation
        format: csv
        timeZone: UTC
        crs: "OGC:CRS84"
        columns:
          - {name: phenomenon_time, from: time, required: true, format: "yyyy-MM-dd HH:mm:ss"}
          - {name: result, from: value, required: true}
          - {name: quality, from: said}
        settings: {thing.from: loop, property: flow, unit.flow: "km/h", sourceUnit.flow: mph, cadence: "CADENCE"}
        """;

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(0L)]
    public async Task Values_after_a_gap_off_the_beat_late_or_repeated_say_so_each_stream_by_itself(long large)
    {
        using var given = new Given();
        given.File("../lake/contracts/loop.yaml", Layout.Replace("CADENCE", "300", StringComparison.Ordinal));
        given.Reopen();
        await given.IngestBy("sensors", "loop", o => o with { LargeFile = large }, given.File("l.csv", """
            loop,time,value,said
            A,2026-03-01 00:00:00,10,
            B,2026-03-01 00:02:00,1,
            A,2026-03-01 00:05:00,2,
            A,2026-03-01 00:05:00,3,
            A,2026-03-01 00:20:20,4,
            A,2026-03-01 00:10:00,5,
            A,2026-03-01 00:26:00,6,
            A,2026-03-01 00:40:00,7,bad
            B,2026-03-01 00:07:25,2,
            A,2026-03-01 00:45:00,8,
            """));

        (await given.Sql("SELECT datastream_id[-6:-6], phenomenon_time, quality FROM sensor.observation ORDER BY 1, 2, result")).Select(r => $"{r[0]} {(DateTime)r[1]!:HH:mm:ss} {r[2]}".Trim()).Should().Equal(
            "A 00:00:00", "A 00:05:00", "A 00:05:00 repeated", "A 00:10:00 late", "A 00:20:20 gap", "A 00:26:00 drift", "A 00:40:00 bad", "A 00:45:00", "B 00:02:00", "B 00:07:25");
        (await given.Value("SELECT round(max(result), 3) FROM sensor.observation")).Should().Be(16.093);
        (await given.Value("SELECT min(unit) FROM sensor.datastream")).Should().Be("km/h");
    }

    [Fact]
    public async Task A_cadence_that_is_no_number_of_seconds_is_refused()
    {
        using var given = new Given();
        given.File("../lake/contracts/loop.yaml", Layout.Replace("CADENCE", "often", StringComparison.Ordinal));
        given.Reopen();
        var run = () => given.IngestBy("sensors", "loop", null, given.File("l.csv", "loop,time,value,said\nA,2026-03-01 00:00:00,10,\n"));
        (await run.Should().ThrowAsync<ContractException>()).Which.Message.Should().Contain("setting 'cadence' is 'often'");
    }
}
