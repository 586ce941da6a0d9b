using Plinth.Ingestion;

namespace Plinth.Tests;

/// <summary>The samples of photos, models and imagery, from the file into the tables of their contracts.</summary>
public class BinaryFamiliesTests
{
    [Fact]
    public async Task Photos_models_and_imagery_land_in_their_tables_and_a_second_time_nothing_does()
    {
        using var given = new Given();
        foreach (var round in new[] { FileStatus.Ingested, FileStatus.Unchanged })
            foreach (var family in new[] { "photos", "models", "imagery" })
            {
                var report = await given.IngestBy(family, null, Placed, Repository.Sample(family));
                report.Files.Should().OnlyContain(f => f.Status == round, string.Join("; ", report.Files.Select(f => $"{f.Path}: {f.Status} {f.Reason}")));
                report.Rejected.Should().Be(0);
            }
        (await given.Value("SELECT count(*) FROM imagery.photo")).Should().Be(4L);
        (await given.Value("SELECT count(*) FROM imagery.photo WHERE geom IS NOT NULL AND bbox.xmin = longitude")).Should().Be(4L);
        (await given.Value("SELECT count(*) FROM imagery.scene WHERE bbox.xmax > 128")).Should().Be(1L);
        (await given.Value("SELECT count(DISTINCT quadkey) FROM imagery.tile")).Should().Be(50L);
        (await given.Value("SELECT count(*) FROM model.asset")).Should().Be(4L);
        (await given.Value("SELECT count(*) FROM model.object")).Should().Be(570L + 12 + 4);
        (await given.Value("SELECT count(*) FROM model.object o LEFT JOIN model.asset a USING (asset_id) WHERE a.asset_id IS NULL")).Should().Be(0L);
    }

    [Theory]
    [InlineData("photos")]
    [InlineData("models")]
    [InlineData("imagery")]
    public async Task Random_bytes_are_refused_and_leave_nothing_behind(string family)
    {
        using var given = new Given();
        var noise = new byte[10_000];
        new Random(3).NextBytes(noise);
        var report = await given.IngestBy(family, null, Placed, given.File("noise.bin", noise));
        report.Files.Should().ContainSingle().Which.Status.Should().Be(FileStatus.Refused);
        given.Originals().Should().Be(0);
    }

    private static IngestOptions Placed(IngestOptions options) => options with { Coordinates = new StubCoordinates() };
}
