using Plinth.Ingestion;

namespace Plinth.Tests;

public class SeenFilesTests
{
    private static string Csv => File.ReadAllText(Repository.Sample("hotline", "boston311-100.csv"));

    [Fact]
    public async Task A_second_run_asks_size_and_time_and_hashes_nothing()
    {
        using var given = new Given();
        var path = Old(given.File("a.csv", Csv));
        await given.Ingest("hotline", path);
        // Same size and time, other content: only a run that hashes would see it. That is the price, and --rehash is for whoever cannot pay it.
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, Csv.Replace("Boston", "Bostom", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(path, time);
        given.Reopen();
        (await given.Ingest("hotline", path)).Files.Single().Status.Should().Be(FileStatus.Unchanged);
        (await given.IngestBy("hotline", null, o => o with { Rehash = true }, path)).Files.Single().Status.Should().Be(FileStatus.Ingested);
    }

    [Fact]
    public async Task A_file_whose_time_or_size_changed_is_hashed_again()
    {
        using var given = new Given();
        var path = Old(given.File("a.csv", Csv));
        await given.Ingest("hotline", path);
        File.WriteAllText(path, Csv.Replace("Boston", "Bostom", StringComparison.Ordinal));
        (await given.Ingest("hotline", path)).Files.Single().Status.Should().Be(FileStatus.Ingested);
    }

    [Fact]
    public async Task A_file_written_in_the_moment_before_is_not_remembered()
    {
        using var given = new Given();
        var path = given.File("a.csv", Csv);
        await given.Ingest("hotline", path);
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, Csv.Replace("Boston", "Bostom", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(path, time);
        (await given.Ingest("hotline", path)).Files.Single().Status.Should().Be(FileStatus.Ingested);
    }

    [Fact]
    public async Task What_is_remembered_never_counts_more_than_what_the_tables_say()
    {
        using var given = new Given();
        var path = Old(given.File("a.csv", Csv));
        await given.Ingest("hotline", path);
        Directory.Delete(Path.Combine(given.Catalog.Lake.Root, "tables"), recursive: true);
        given.Reopen();
        (await given.Ingest("hotline", path)).Rows.Should().Be(100);
    }

    [Fact]
    public async Task A_damaged_memory_only_costs_the_hashing()
    {
        using var given = new Given();
        Directory.CreateDirectory(Path.Combine(given.Catalog.Lake.Root, "control"));
        File.WriteAllText(Path.Combine(given.Catalog.Lake.Root, "control", "seen.db"), "no database at all, and longer than a page's header would have to be to be one");
        var path = Old(given.File("a.csv", Csv));
        (await given.Ingest("hotline", path)).Rows.Should().Be(100);
        (await given.Ingest("hotline", path)).Files.Single().Status.Should().Be(FileStatus.Unchanged);
    }

    private static string Old(string path)
    {
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddMinutes(-5));
        return path;
    }
}
