using Plinth.Lakehouse;
using Plinth.Lakehouse.Stores;
using Plinth.Tests.Lakehouse.Maintenance;

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>What a lake does, done on every kind of store: the same tests, the same results.</summary>
public abstract class LakeOnStoreTests : IDisposable
{
    private readonly Clock _clock = new();
    private protected TemporaryFolder Folder { get; } = new();

    private protected abstract Task<(string Root, StoreCredentials? Credentials)> PlaceAsync();

    [Fact]
    public async Task A_table_is_created_appended_to_past_a_checkpoint_read_elsewhere_and_at_older_versions()
    {
        var place = await PlaceAsync();
        using (var lake = Open(place, "here"))
        {
            lake.Tables().Should().BeEmpty();
            for (var i = 0; i < 12; i++)
                (await lake.CommitRowsAsync(Given.Row(i, $"第{i}"))).Should().Be(i);
        }
        using var elsewhere = Open(place, "elsewhere");
        elsewhere.Tables().Should().Equal(Given.Readings);
        (await elsewhere.IdsAsync()).Should().Equal(Ids(12));
        (await elsewhere.IdsAsync(TableVersion.At(3))).Should().Equal(0, 1, 2, 3);
        (await elsewhere.HistoryAsync(Given.Readings)).Should().HaveCount(12);
        (await KeysAsync(place)).Should().Contain("tables/sensor/reading/_delta_log/00000000000000000010.checkpoint.parquet");
    }

    [Fact]
    public async Task Of_many_writers_each_version_has_one_winner_and_no_row_is_lost_or_doubled()
    {
        var place = await PlaceAsync();
        using var lake = Open(place, "one");
        using var other = Open(place, "two");
        var versions = await Task.WhenAll(Enumerable.Range(0, 12).Select(writer => Task.Run(async () => await (writer % 2 == 0 ? lake : other).CommitRowsAsync(Given.Row(writer)))));
        versions.Order().Should().Equal(Ids(12));
        (await lake.IdsAsync()).Should().Equal(Ids(12));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_are_deleted_updated_and_merged_and_the_feed_tells_it(bool vectors)
    {
        var place = await PlaceAsync();
        using var lake = Open(place, "here");
        var rows = Given.Rows([.. Enumerable.Range(0, 10).Select(i => Given.Row(i))]);
        await lake.CommitAsync(rows with { Properties = rows.Properties.Add("delta.enableDeletionVectors", vectors ? "true" : "false").Add("delta.enableChangeDataFeed", "true") });
        var writer = lake.Writer(Given.Readings);
        (await writer.DeleteAsync("id < 3")).RequireVersion(Given.Readings);
        (await writer.UpdateAsync(new Dictionary<string, string> { ["name"] = "'new'" }, "id = 5")).RequireVersion(Given.Readings);
        await writer.RestoreAsync(1);

        using var elsewhere = Open(place, "elsewhere");
        (await elsewhere.IdsAsync()).Should().Equal(Ids(10).Skip(3));
        elsewhere.Select(await elsewhere.ReadAsync(Given.Readings, TableVersion.At(2)), "name", "WHERE id = 5").Single()[0].Should().Be("new");
        using var database = elsewhere.OpenSql();
        using var connection = database.Connect();
        connection.Rows($"SELECT _change_type, count(*) FROM ({(await elsewhere.ChangesAsync(Given.Readings, 1, 2)).Sql}) GROUP BY ALL ORDER BY ALL").Select(r => $"{r[0]} {r[1]}")
            .Should().Equal("delete 3", "update_postimage 1", "update_preimage 1");
    }

    [Fact]
    public async Task Files_are_joined_and_the_old_ones_vacuumed_except_those_of_releases_and_holds()
    {
        var place = await PlaceAsync();
        using var lake = Open(place, "here");
        for (var i = 0; i < 3; i++)
            await lake.CommitRowsAsync(Given.Row(i));
        (await lake.ReleaseAsync()).Number.Should().Be(1); // version 2
        for (var i = 3; i < 6; i++)
            await lake.OverwriteAsync(Given.Row(i), Given.Row(i + 10));
        await lake.CommitRowsAsync(Given.Row(6));
        await lake.HoldAsync(Given.Readings, "case-1", [4]);
        (await lake.OptimizeAsync(Given.Readings, new() { DryRun = false })).FilesRemoved.Should().Be(2);
        _clock.Advance(TimeSpan.FromDays(8));

        var dry = await lake.VacuumAsync(Given.Readings);
        var vacuum = await lake.VacuumAsync(Given.Readings, new() { DryRun = false });

        vacuum.Files.Should().Equal(dry.Files).And.HaveCount(4 - 1, "of versions 3 to 6 all but the file of version 4 went");
        vacuum.Kept.Should().BeEquivalentTo("version 2: release 1", "version 4: legal hold case-1");
        using var elsewhere = Open(place, "elsewhere");
        (await elsewhere.IdsAsync()).Should().Equal(5, 6, 15);
        (await elsewhere.IdsAsync(TableVersion.At((await elsewhere.ReadReleaseAsync())!.Versions[Given.Readings]))).Should().Equal(0, 1, 2);
        (await elsewhere.IdsAsync(TableVersion.At(4))).Should().Equal(4, 14);
        (await KeysAsync(place)).Where(key => key.EndsWith(".parquet", StringComparison.Ordinal) && !key.Contains("_delta_log", StringComparison.Ordinal)).Should().HaveCount(1 + 3 + 1);
    }

    [Fact]
    public async Task Erased_rows_are_in_no_file_of_the_store_and_the_record_says_which_versions_are_gone()
    {
        var place = await PlaceAsync();
        using var lake = Open(place, "here");
        await lake.CommitRowsAsync(Given.Row(1), Given.Row(2));
        await lake.OverwriteAsync(Given.Row(2), Given.Row(3));
        await lake.CommitRowsAsync(Given.Row(4));

        var report = await lake.EraseAsync(Given.Readings, "id = 2", new("case 7") { DryRun = false });

        (report.Rows, report.Files.Count, report.Pending.Count).Should().Be((1, 2, 0));
        report.VersionsGone.Should().Equal(0, 1, 2);
        var keys = await KeysAsync(place);
        keys.Should().Contain("control/erasures/00000000000000000001.json").And.NotContain(report.Files.Select(file => $"tables/sensor/reading/{file}"));
        using var elsewhere = Open(place, "elsewhere");
        (await elsewhere.IdsAsync()).Should().Equal(3, 4);
        using var database = elsewhere.OpenSql();
        using var connection = database.Connect();
        foreach (var file in (await elsewhere.ReadAsync(Given.Readings)).Files)
            connection.Scalar<long>($"SELECT count(*) FROM read_parquet('{file.Path}') WHERE id = 2").Should().Be(0);
    }

    [Fact]
    public async Task The_old_end_of_the_log_goes_and_a_retention_takes_out_rows()
    {
        var place = await PlaceAsync();
        using var lake = Open(place, "here");
        for (var i = 0; i < 12; i++)
            await lake.CommitRowsAsync(Given.Row(i));
        (await lake.CheckpointAsync(Given.Readings)).Should().Be(11);
        _clock.Advance(TimeSpan.FromDays(31));
        await lake.CommitRowsAsync(Given.Row(12));

        (await lake.CleanLogAsync(Given.Readings, dryRun: false)).OldestVersion.Should().Be(11);
        (await lake.Writer(Given.Readings).AddColumnsAsync([new("at", DataType.Timestamp)])).RequireVersion(Given.Readings);
        (await lake.Writer(Given.Readings).UpdateAsync(new Dictionary<string, string> { ["at"] = "TIMESTAMPTZ '2020-01-01 00:00:00+00' + INTERVAL 1 DAY * id" })).RequireVersion(Given.Readings);
        (await lake.RetainAsync(Given.Readings, new("at", new(2020, 1, 11, 0, 0, 0, TimeSpan.Zero), "test") { DryRun = false })).Rows.Should().Be(10);

        using var elsewhere = Open(place, "elsewhere");
        (await elsewhere.IdsAsync()).Should().Equal(10, 11, 12);
        (await elsewhere.IdsAsync(TableVersion.At(12))).Should().Equal(Ids(13));
        (await KeysAsync(place)).Should().NotContain("tables/sensor/reading/_delta_log/00000000000000000003.json");
    }

    [Fact]
    public async Task A_consumer_sees_each_change_once_from_wherever_it_reads()
    {
        var place = await PlaceAsync();
        using var lake = Open(place, "here");
        await lake.CommitRowsAsync(Given.Row(1));
        var first = await lake.TailAsync("map", Given.Readings);
        await lake.ConfirmAsync(first!);
        await lake.CommitRowsAsync(Given.Row(2));

        using var elsewhere = Open(place, "elsewhere");
        var next = await elsewhere.TailAsync("map", Given.Readings);
        (next!.From, next.To).Should().Be((1, 1));
        await elsewhere.ConfirmAsync(next);
        (await lake.TailAsync("map", Given.Readings)).Should().BeNull();
    }

    [Fact]
    public async Task An_original_is_stored_once_and_read_elsewhere()
    {
        var place = await PlaceAsync();
        using var lake = Open(place, "here");
        await File.WriteAllTextAsync(Folder["a.txt"], "abc", TestContext.Current.CancellationToken);
        var stored = await lake.Raw.PutAsync(Folder["a.txt"], TestContext.Current.CancellationToken);
        (await lake.Raw.PutAsync(Folder["a.txt"], TestContext.Current.CancellationToken)).Added.Should().BeFalse();
        using var elsewhere = Open(place, "elsewhere");
        (await elsewhere.Raw.VerifyAsync(stored.Sha256, TestContext.Current.CancellationToken)).Should().BeTrue();
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private static IEnumerable<long> Ids(int count) => Enumerable.Range(0, count).Select(i => (long)i);

    private LakeOptions Options((string Root, StoreCredentials? Credentials) place, string local) =>
        new(place.Root) { Credentials = place.Credentials, LocalFolder = Folder[local], Time = _clock, Sql = new() { Threads = 2, MemoryLimit = "1GB" } };

    private Lake Open((string Root, StoreCredentials? Credentials) place, string local) => Lake.Open(Options(place, local));

    private async Task<List<string>> KeysAsync((string Root, StoreCredentials? Credentials) place)
    {
        var keys = new List<string>();
        using var factory = new StoreFactory(Options(place, "looker-on"));
        await foreach (var item in factory.Open(place.Root).Store.WalkAsync(TestContext.Current.CancellationToken))
            keys.Add(item.Name);
        return keys;
    }
}

public sealed class LakeOnLocalDiskTests : LakeOnStoreTests
{
    private protected override Task<(string Root, StoreCredentials? Credentials)> PlaceAsync() => Task.FromResult((Folder["lake"], (StoreCredentials?)null));
}

public sealed class LakeOnAzureTests(Azurite azurite) : LakeOnStoreTests
{
    private protected override async Task<(string Root, StoreCredentials? Credentials)> PlaceAsync() => (await azurite.ContainerAsync() + "/city/湖 #1", azurite.Credentials);
}

public sealed class LakeOnS3Tests(S3Server server) : LakeOnStoreTests
{
    private protected override Task<(string Root, StoreCredentials? Credentials)> PlaceAsync() => Task.FromResult((server.Bucket() + "/city/湖 #1", (StoreCredentials?)server.Credentials()));
}
