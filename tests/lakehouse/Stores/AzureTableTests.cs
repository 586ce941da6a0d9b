using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>Lakes in a container: the same tables, elsewhere.</summary>
public sealed class AzureTableTests(Azurite azurite) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_table_in_a_container_is_created_appended_to_read_and_has_a_history()
    {
        var root = await azurite.ContainerAsync() + "/city/湖 #1";
        using (var lake = Open(root, "here"))
        {
            lake.Tables().Should().BeEmpty();
            lake.Exists(Given.Readings).Should().BeFalse();
            for (var i = 0; i < 12; i++) // past a checkpoint
                (await lake.CommitRowsAsync(Given.Row(i, $"第{i}"))).Should().Be(i);
            (await lake.IdsAsync()).Should().Equal(Enumerable.Range(0, 12).Select(i => (long)i));
            (await lake.ReleaseAsync()).Number.Should().Be(1);
        }

        using var elsewhere = Open(root, "elsewhere");
        elsewhere.Tables().Should().Equal(Given.Readings);
        (await elsewhere.IdsAsync()).Should().Equal(Enumerable.Range(0, 12).Select(i => (long)i));
        (await elsewhere.IdsAsync(TableVersion.At(3))).Should().Equal(0, 1, 2, 3);
        elsewhere.Select(await elsewhere.ReadAsync(Given.Readings), "name", "WHERE id = 7").Single()[0].Should().Be("第7");
        (await elsewhere.HistoryAsync(Given.Readings)).Select(h => h.Version).Should().Equal(Enumerable.Range(0, 12).Reverse().Select(v => (long)v));
        (await elsewhere.ReadReleaseAsync())!.Versions.Should().ContainKey(Given.Readings).WhoseValue.Should().Be(11);
        (await elsewhere.ReadFolderAsync(root + "/tables/sensor/reading")).Version.Should().Be(11);
        (await new Plinth.Lakehouse.Stores.StoreFactory(Options(root, "other")).Open(root).Store.FindAsync("tables/sensor/reading/_delta_log/00000000000000000010.checkpoint.parquet", TestContext.Current.CancellationToken)).Should().NotBeNull();
        Directory.EnumerateFiles(_folder["elsewhere"], "*.checkpoint.parquet", SearchOption.AllDirectories).Should().ContainSingle("it was read through a copy");
        Directory.EnumerateFiles(_folder["elsewhere"], "_last_checkpoint", SearchOption.AllDirectories).Should().BeEmpty();
        Directory.Exists(_folder["elsewhere", "tables"]).Should().BeFalse();
    }

    [Fact]
    public async Task A_table_made_anew_under_the_same_name_is_not_read_from_copies_of_the_old()
    {
        var root = await azurite.ContainerAsync() + "/lake";
        using var writer = Open(root, "writer");
        using var reader = Open(root, "reader");
        for (var i = 0; i < 11; i++)
            await writer.CommitRowsAsync(Given.Row(i));
        (await reader.IdsAsync()).Should().HaveCount(11);
        var store = new Plinth.Lakehouse.Stores.StoreFactory(Options(root, "other")).Open(root).Store;
        await foreach (var item in store.WalkAsync(TestContext.Current.CancellationToken))
            await store.DeleteAsync(item.Name, TestContext.Current.CancellationToken);

        using var again = Open(root, "again");
        for (var i = 100; i < 111; i++)
            await again.CommitRowsAsync(Given.Row(i));

        using var later = Open(root, "reader"); // with the copies of the first
        (await later.IdsAsync()).Should().Equal(Enumerable.Range(100, 11).Select(i => (long)i));
    }

    [Fact]
    public async Task Originals_lie_in_the_container_and_are_read_through_copies()
    {
        var root = await azurite.ContainerAsync();
        using var lake = Open(root, "here");
        await File.WriteAllTextAsync(_folder["a.txt"], "abc", TestContext.Current.CancellationToken);

        var stored = await lake.Raw.PutAsync(_folder["a.txt"], TestContext.Current.CancellationToken);
        var again = await lake.Raw.PutAsync(_folder["a.txt"], TestContext.Current.CancellationToken);

        (stored.Added, again.Added).Should().Be((true, false));
        using var elsewhere = Open(root, "elsewhere");
        elsewhere.Raw.Contains(stored.Sha256).Should().BeTrue();
        (await elsewhere.Raw.VerifyAsync(stored.Sha256, TestContext.Current.CancellationToken)).Should().BeTrue();
        elsewhere.Raw.PathOf(stored.Sha256).Should().StartWith(_folder["elsewhere"]);
        elsewhere.Raw.Contains(new string('0', 64)).Should().BeFalse();
        FluentActions.Invoking(() => elsewhere.Raw.PathOf(new string('0', 64))).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public async Task A_wrong_key_is_refused_with_a_remedy_and_stays_unsaid()
    {
        var root = await azurite.ContainerAsync() + "/lake";
        var wrong = Convert.ToBase64String(new byte[64]);
        using var lake = Lake.Open(Options(root, "here") with { Credentials = new() { AzureKey = wrong } });

        var read = async () => await lake.ReadAsync(Given.Readings);

        var message = (await read.Should().ThrowAsync<IOException>()).Which.ToString();
        message.Should().Contain("403").And.Contain("AZURE_STORAGE_KEY").And.NotContain(wrong);
    }

    [Fact]
    public async Task A_signature_is_enough_and_one_that_only_reads_writes_nothing()
    {
        var root = await azurite.ContainerAsync() + "/lake";
        using var lake = Lake.Open(Options(root, "here") with { Credentials = new() { AzureSas = azurite.Sas("rwdlac") } });
        await lake.CommitRowsAsync(Given.Row(1));
        var reading = azurite.Sas("rl");
        using var reader = Lake.Open(Options(root, "elsewhere") with { Credentials = new() { AzureSas = reading } });

        (await reader.IdsAsync()).Should().Equal(1);
        var commit = async () => await reader.CommitRowsAsync(Given.Row(2));

        (await commit.Should().ThrowAsync<IOException>()).Which.ToString().Should().Contain("403").And.NotContain(reading.Split("sig=")[1]);
        (await lake.IdsAsync()).Should().Equal(1);
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_said_to_be_missing()
    {
        var root = await azurite.ContainerAsync() + "x";
        using var lake = Open(root, "here");
        var commit = async () => await lake.CommitRowsAsync(Given.Row(1));
        (await commit.Should().ThrowAsync<IOException>()).WithMessage("*ContainerNotFound*Make the container first*");
    }

    public void Dispose() => _folder.Dispose();

    private Lake Open(string root, string local) => Lake.Open(Options(root, local));

    private LakeOptions Options(string root, string local) =>
        new(root) { Credentials = azurite.Credentials, LocalFolder = _folder[local], Sql = new() { Threads = 2, MemoryLimit = "1GB" } };
}
