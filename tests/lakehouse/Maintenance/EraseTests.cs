using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.Tests.Lakehouse.Maintenance;

public sealed class EraseTests : IDisposable
{
    private static readonly EraseOptions Really = new("case 7") { DryRun = false };

    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly Lake _lake;

    public EraseTests() => _lake = Given.Lake(_folder, _clock);

    private string Table => TableFiles.Folder(_folder);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task No_file_in_the_table_holds_an_erased_person_whatever_happened_to_the_table_before(int seed)
    {
        var random = new Random(seed);
        var expected = new List<(long, string)>();
        for (long id = 0; id < 40; id++)
        {
            var rows = Enumerable.Range(0, 3).Select(i => Given.Row((id * 10) + i, random.Next(5) == 0 ? "Zhang-Wei-13800138000" : $"person {random.Next(9)}")).ToArray();
            if (random.Next(8) == 0)
            {
                await _lake.OverwriteAsync(rows);
                expected.Clear();
            }
            else
                await _lake.CommitRowsAsync(rows);
            expected.AddRange(rows.Select(row => ((long)row[0]!, (string)row[1]!)));
            if (random.Next(10) == 0)
                await _lake.OptimizeAsync(Given.Readings, new() { DryRun = false, OrderBy = random.Next(2) == 0 ? ["name"] : [] });
        }
        expected.RemoveAll(row => row.Item2.StartsWith("Zhang", StringComparison.Ordinal));
        HoldsName().Should().NotBeEmpty();

        var report = await _lake.EraseAsync(Given.Readings, "name LIKE 'Zhang%'", Really with { ForgetHistory = true });

        report.Pending.Should().BeEmpty();
        HoldsName().Should().BeEmpty();
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        connection.Scalar<long>($"SELECT count(*) FROM read_parquet('{Table}/*.parquet') WHERE name LIKE 'Zhang%'").Should().Be(0);
        using var fresh = Given.Lake(_folder, _clock);
        fresh.Select(await fresh.ReadAsync(Given.Readings)).Select(row => ((long)row[0]!, (string)row[1]!)).Should().BeEquivalentTo(expected);
    }

    [Fact]
    public async Task Exactly_the_files_that_held_the_rows_go_and_the_versions_that_are_lost_are_named()
    {
        await _lake.CommitRowsAsync(Given.Row(1, "a"));
        await _lake.CommitRowsAsync(Given.Row(2, "b"), Given.Row(3, "c"));
        await _lake.ReleaseAsync();
        await _lake.OverwriteAsync(Given.Row(4, "d"));
        await _lake.CommitRowsAsync(Given.Row(5, "b"), Given.Row(6, "e"));
        var before = TableFiles.Of(_folder);
        var dry = await _lake.EraseAsync(Given.Readings, "name = 'b'", new("case 7"));
        TableFiles.Of(_folder).Should().Equal(before);
        var copy = Path.Combine(Directory.CreateDirectory(Path.Combine(_lake.Root, "cache", "twin")).FullName, "1.duckdb");
        await File.WriteAllTextAsync(copy, "rows laid out to be read faster");

        var report = await _lake.EraseAsync(Given.Readings, "name = 'b'", Really);

        report.Should().BeEquivalentTo(dry with { DryRun = false, Version = 4 });
        File.Exists(copy).Should().BeFalse();
        (report.Rows, report.Files.Count).Should().Be((1, 2));
        report.VersionsGone.Should().Equal(1, 3);
        report.ReleasesGone.Should().Equal(1);
        report.LogFiles.Should().Equal("00000000000000000001.json", "00000000000000000003.json");
        (await _lake.IdsAsync()).Should().Equal(4, 6);
        (await _lake.IdsAsync(TableVersion.At(0))).Should().Equal(1);
        (await _lake.IdsAsync(TableVersion.At(2))).Should().Equal(4);
        TableFiles.Of(_folder).Should().HaveCount(3).And.NotContain(report.Files);
        (await _lake.EraseAsync(Given.Readings, "name = 'b'", Really)).Files.Should().BeEmpty();
        var history = (await _lake.HistoryAsync(Given.Readings))[0];
        (history.Operation, history.Parameters["reason"], history.Metrics["numErasedRows"]).Should().Be(("ERASE", "\"case 7\"", "1"));
    }

    [Fact]
    public async Task Each_erasure_leaves_a_record_that_names_the_hash_of_the_one_before_and_not_the_condition()
    {
        await _lake.CommitRowsAsync(Given.Row(1, "secret"), Given.Row(2, "secret too"));
        await _lake.EraseAsync(Given.Readings, "name = 'secret'", Really);
        await _lake.EraseAsync(Given.Readings, "name = 'secret too'", Really with { Principal = "steward" });

        var records = Directory.GetFiles(_folder["lake", "control", "erasures"]).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();

        records.Should().HaveCount(2);
        records.Select(Encoding.UTF8.GetString).Should().OnlyContain(text => !text.Contains("secret", StringComparison.Ordinal));
        using var second = JsonDocument.Parse(records[1]);
        second.RootElement.GetProperty("previous").GetString().Should().Be(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(records[0])));
        second.RootElement.GetProperty("principal").GetString().Should().Be("steward");
        (await _lake.ReadAsync(Given.Readings)).Files.Should().BeEmpty();
    }

    [Fact]
    public async Task Rows_that_only_a_deletion_vector_hides_are_erased_too()
    {
        var golden = Golden.Open("table-with-dv-small");
        TableFiles.Copy(golden.Folder, Table);
        var before = _lake.Select(await _lake.ReadAsync(Given.Readings), "value").Select(row => (int)row[0]!).ToList();
        before.Should().NotContain(0).And.Contain(1);

        var report = await _lake.EraseAsync(Given.Readings, "value = 0", Really);

        (report.Rows, report.Files.Count).Should().Be((0, 1));
        _lake.Select(await _lake.ReadAsync(Given.Readings), "value").Select(row => (int)row[0]!).Should().Equal(before);
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        connection.Scalar<long>($"SELECT count(*) FROM read_parquet('{Table}/*.parquet') WHERE value = 0").Should().Be(0);
    }

    [Fact]
    public async Task The_partition_of_a_file_that_was_removed_long_ago_counts()
    {
        var schema = Given.IdAndName with { PartitionColumns = ["name"] };
        await _lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([Given.Row(1, "a"), Given.Row(2, "b")]) });
        await _lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Mode = WriteMode.Overwrite, Rows = new RowSource.Values([Given.Row(3, "b")]) });

        (await _lake.EraseAsync(Given.Readings, "name = 'b'", Really)).Files.Should().HaveCount(2);

        TableFiles.Of(_folder).Should().ContainSingle();
    }

    [Fact]
    public async Task A_file_of_a_commit_under_way_is_left_and_named()
    {
        await _lake.CommitRowsAsync(Given.Row(1, "b"));
        File.Copy(Path.Combine(Table, TableFiles.Of(_folder)[0]), Path.Combine(Table, "part-young.parquet"));

        var report = await _lake.EraseAsync(Given.Readings, "name = 'b'", Really);

        report.Pending.Should().ContainSingle().Which.Should().StartWith("part-young.parquet: perhaps of a commit under way");
        _clock.Advance(TimeSpan.FromDays(2));
        (await _lake.EraseAsync(Given.Readings, "name = 'b'", Really)).Files.Should().Equal("part-young.parquet");
    }

    [Fact]
    public async Task A_legal_hold_and_a_condition_that_makes_no_sense_are_refused()
    {
        await _lake.CommitAsync(Given.Rows(Given.Row(1)) with { Properties = ImmutableSortedDictionary<string, string>.Empty.Add("plinth.legalHold", "case 1") });
        var held = async () => await _lake.EraseAsync(Given.Readings, "id = 1", Really);
        (await held.Should().ThrowAsync<MaintenanceRefusedException>()).WithMessage("*legal hold*");

        var other = new TableName("sensor", "other");
        await _lake.CommitAsync(Given.Rows(Given.Row(1)) with { Table = other });
        var nonsense = async () => await _lake.EraseAsync(other, "person = 'Zhang Wei'", Really);
        (await nonsense.Should().ThrowAsync<MaintenanceRefusedException>()).Which.Message.Should().Contain("id, name").And.NotContain("Zhang");
    }

    /// <summary>Files under the table's folder in whose bytes the name stands; Parquet pages are compressed, so these are looked at by the engine.</summary>
    private List<string> HoldsName()
    {
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        var name = "Zhang-Wei"u8.ToArray();
        return [.. Directory.EnumerateFiles(Table, "*", SearchOption.AllDirectories).Where(file => File.ReadAllBytes(file).AsSpan().IndexOf(name) >= 0
            || (file.EndsWith(".parquet", StringComparison.Ordinal) && connection.Scalar<long>($"SELECT count(*) FROM read_parquet('{file}') t WHERE t::VARCHAR LIKE '%Zhang-Wei%'") > 0))];
    }

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }
}
