using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse;

/// <summary>Logs that are damaged, strange, or by a newer writer.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Table => _folder["lake", "tables", "sensor", "reading"];

    [Fact]
    public async Task A_commit_cut_short_is_refused_with_file_and_line()
    {
        await CommitAsync(3);
        var commit = LogFile("00000000000000000002.json");
        await File.WriteAllTextAsync(commit, (await File.ReadAllTextAsync(commit))[..^40]);

        (await ReadAsync().Should().ThrowAsync<TableFormatException>()).WithMessage("Table 'sensor.reading': _delta_log/00000000000000000002.json:3: not a log action*");
        using var lake = Given.Lake(_folder);
        (await lake.IdsAsync(TableVersion.At(1))).Should().Equal(0, 1);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("")]
    [InlineData("""{"version":7}""")]
    [InlineData("""{"version":"x","size_in_bytes":[1]}""")]
    public async Task The_pointer_to_the_last_checkpoint_is_a_hint_and_may_be_garbage(string pointer)
    {
        await CommitAsync(12);
        await File.WriteAllTextAsync(LogFile("_last_checkpoint"), pointer);

        using var lake = Given.Lake(_folder);
        (await lake.IdsAsync()).Should().HaveCount(12);
        for (var i = 12; i < 22; i++)
            await lake.CommitRowsAsync(Given.Row(i));
        (await File.ReadAllTextAsync(LogFile("_last_checkpoint"))).Should().Contain("\"version\":20");
    }

    [Fact]
    public async Task A_checkpoint_carries_the_table_when_its_commits_are_gone()
    {
        await CommitAsync(12);
        for (var i = 0; i < 10; i++)
            File.Delete(LogFile($"{i:D20}.json"));

        using var lake = Given.Lake(_folder);
        (await lake.IdsAsync()).Should().HaveCount(12);
        (await lake.ReadAsync(Given.Readings)).Transactions["batch"].Should().Be(11);
        var old = async () => await lake.ReadAsync(Given.Readings, TableVersion.At(4));
        (await old.Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Contain("older versions are no longer available");
    }

    [Fact]
    public async Task A_damaged_checkpoint_does_no_harm_while_the_commits_are_there()
    {
        await CommitAsync(12);
        await File.WriteAllTextAsync(LogFile("00000000000000000010.checkpoint.parquet"), "PAR1 nothing PAR1");
        using (var lake = Given.Lake(_folder))
            (await lake.IdsAsync()).Should().HaveCount(12);

        File.Delete(LogFile("00000000000000000003.json"));
        (await ReadAsync().Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Contain("gap");
    }

    [Fact]
    public async Task Unknown_actions_fields_and_files_are_passed_over()
    {
        await CommitAsync(2);
        await File.AppendAllTextAsync(LogFile("00000000000000000001.json"), """{"somethingNew":{"a":1}}""" + "\n" + """{"txn":{"appId":"x","version":3,"mood":"good"}}""" + "\n");
        await File.WriteAllTextAsync(LogFile("00000000000000000001.crc"), "{}");
        await File.WriteAllTextAsync(LogFile("00000000000000000000.00000000000000000001.compacted.json"), "?");
        Directory.CreateDirectory(LogFile("_staged_commits"));

        using var lake = Given.Lake(_folder);
        (await lake.IdsAsync()).Should().Equal(0, 1);
        (await lake.ReadAsync(Given.Readings)).Transactions["x"].Should().Be(3);
    }

    [Fact]
    public async Task A_missing_version_or_first_version_is_refused()
    {
        await CommitAsync(4);
        File.Delete(LogFile("00000000000000000002.json"));
        (await ReadAsync().Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Be("the log has a gap: version 2 is missing and a later one is there.");
        File.Delete(LogFile("00000000000000000000.json"));
        (await ReadAsync().Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Contain("the log begins at version 1");
    }

    [Theory]
    [InlineData("""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["catalogManaged"],"writerFeatures":["catalogManaged"]}}""", "needs the reader feature catalogManaged*")]
    [InlineData("""{"protocol":{"minReaderVersion":4,"minWriterVersion":7,"readerFeatures":[],"writerFeatures":[]}}""", "needs reader version 4*")]
    public async Task A_protocol_beyond_ours_is_refused_by_name(string protocol, string reason)
    {
        await CommitAsync(1);
        await File.WriteAllTextAsync(LogFile("00000000000000000001.json"), protocol + "\n");
        (await ReadAsync().Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Match(reason);
    }

    [Fact]
    public async Task A_writer_feature_that_is_not_known_here_stops_writing_and_not_reading()
    {
        await CommitAsync(1);
        await File.WriteAllTextAsync(LogFile("00000000000000000001.json"), """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp","rowTracking"]}}""" + "\n");

        using var lake = Given.Lake(_folder);
        (await lake.IdsAsync()).Should().Equal(0);
        var write = async () => await lake.CommitRowsAsync(Given.Row(1));
        (await write.Should().ThrowAsync<TableFormatException>()).WithMessage("Table 'sensor.reading': protocol: needs the writer feature rowTracking, which is not supported here.");
    }

    [Fact]
    public async Task A_table_that_is_removed_and_made_anew_is_read_anew()
    {
        using var lake = Given.Lake(_folder);
        await lake.CommitRowsAsync(Given.Row(1));
        await lake.CommitRowsAsync(Given.Row(2));
        Directory.Delete(Table, recursive: true);
        using (var other = Given.Lake(_folder))
        {
            await other.CommitRowsAsync(Given.Row(7));
            await other.CommitRowsAsync(Given.Row(8), Given.Row(9));
        }
        (await lake.IdsAsync()).Should().Equal(7, 8, 9);
    }

    [Fact]
    public async Task Reading_writes_nothing()
    {
        await CommitAsync(12);
        var before = Everything();
        using (var lake = Given.Lake(_folder))
        {
            (await lake.IdsAsync()).Should().HaveCount(12);
            await lake.HistoryAsync(Given.Readings);
            await lake.ReadAsync(Given.Readings, TableVersion.At(5));
        }
        Everything().Should().Equal(before);
        IEnumerable<string> Everything() => Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
    }

    [Fact]
    public async Task Temporary_files_of_killed_writers_are_swept()
    {
        await CommitAsync(1);
        var left = Path.Combine(Table, ".staging", "left.tmp");
        await File.WriteAllTextAsync(left, "x");
        File.SetLastWriteTimeUtc(left, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        using var lake = Given.Lake(_folder);
        await lake.CommitRowsAsync(Given.Row(1));
        Directory.GetFiles(Path.Combine(Table, ".staging")).Should().BeEmpty();
    }

    private string LogFile(string name) => Path.Combine(Table, "_delta_log", name);

    private async Task CommitAsync(int versions)
    {
        using var lake = Given.Lake(_folder);
        for (var i = 0; i < versions; i++)
            await lake.CommitAsync(Given.Rows(Given.Row(i)) with { Transaction = new("batch", i) });
    }

    private Func<Task<long[]>> ReadAsync() => async () =>
    {
        using var lake = Given.Lake(_folder);
        return await lake.IdsAsync();
    };

    public void Dispose() => _folder.Dispose();
}
