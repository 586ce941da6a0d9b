using Plinth.Ingestion;

namespace Plinth.Tests;

public class InPlaceTests
{
    private static readonly string[] Photos = [.. Directory.GetFiles(Repository.Sample("photos"), "*.*", SearchOption.AllDirectories).Where(f => f.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Originals_registered_in_place_are_not_copied_and_are_found_again()
    {
        using var given = new Given();
        var path = given.File("flight/a.jpg", File.ReadAllBytes(Photos[0]));
        var report = await given.IngestBy("photos", null, o => o with { InPlace = true }, path);

        var sha256 = report.Files.Single().Sha256;
        var raw = given.Catalog.Lake.Raw;
        raw.Contains(sha256).Should().BeTrue();
        raw.PathOf(sha256).Should().Be(path);
        Directory.EnumerateFiles(Path.Combine(given.Catalog.Lake.Root, "raw"), "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length).Should().BeLessThan(1000);
        var check = await raw.CheckAsync();
        (check.Stored, check.Registered, check.Bytes, check.Faults.Count).Should().Be((0, 1, new FileInfo(path).Length, 0));
    }

    [Fact]
    public async Task A_registered_original_that_is_gone_or_changed_is_found_by_verify()
    {
        using var given = new Given();
        var (gone, same, changed) = (given.File("f/1.jpg", File.ReadAllBytes(Photos[0])), given.File("f/2.jpg", File.ReadAllBytes(Photos[1])), given.File("f/3.jpg", File.ReadAllBytes(Photos[2])));
        var report = await given.IngestBy("photos", null, o => o with { InPlace = true }, gone, same, changed);
        var raw = given.Catalog.Lake.Raw;
        var time = File.GetLastWriteTimeUtc(changed);
        File.Delete(gone);
        var bytes = File.ReadAllBytes(changed);
        bytes[^1] ^= 1;
        File.WriteAllBytes(changed, bytes);
        File.SetLastWriteTimeUtc(changed, time);

        (await raw.CheckAsync(thorough: false)).Faults.Select(f => (f.Kind, f.Path)).Should().Equal([("missing", gone)], "same size and time: only hashing tells");
        (await raw.CheckAsync()).Faults.Select(f => (f.Kind, f.Path, f.Sha256)).Should().BeEquivalentTo([("missing", gone, report.Files[0].Sha256), ("changed", changed, report.Files[2].Sha256)]);
        FluentActions.Invoking(() => raw.PathOf(report.Files[0].Sha256)).Should().Throw<FileNotFoundException>().WithMessage("*was registered where it lay, and the file is not there any more*");

        // Found again elsewhere: the newest place counts.
        var moved = given.File("elsewhere/1.jpg", File.ReadAllBytes(Photos[0]));
        await raw.RegisterAsync(moved, report.Files[0].Sha256);
        raw.PathOf(report.Files[0].Sha256).Should().Be(moved);
    }

    [Fact]
    public async Task A_damaged_original_in_the_lake_is_found_by_verify()
    {
        using var given = new Given();
        var report = await given.Ingest("photos", Photos[0]);
        var stored = given.Catalog.Lake.Raw.PathOf(report.Files.Single().Sha256);
        var bytes = File.ReadAllBytes(stored);
        bytes[100] ^= 1;
        File.WriteAllBytes(stored, bytes);
        (await given.Catalog.Lake.Raw.CheckAsync()).Faults.Single().Kind.Should().Be("damaged");
    }
}
