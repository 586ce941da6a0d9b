using System.Security.Cryptography;
using System.Text;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Stores;
using Plinth.Lakehouse.Stores.Azure;
using Plinth.Lakehouse.Stores.S3;

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>What every store must do, run on every store.</summary>
public abstract class StoreTests : IDisposable
{
    /// <summary>Small, so that a listing has several pages.</summary>
    protected const int PageSize = 7;

    private protected TemporaryFolder Folder { get; } = new();

    private protected abstract Task<IObjectStore> StoreAsync();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_64_that_put_the_same_key_one_wins_and_its_bytes_stay()
    {
        var store = await StoreAsync();
        var won = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () => await store.PutIfAbsentAsync("_delta_log/00000000000000000007.json", Encoding.UTF8.GetBytes($"writer {i}"), Now), Now)));

        won.Count(w => w).Should().Be(1);
        (await TextAsync(store, "_delta_log/00000000000000000007.json")).Should().Be($"writer {Array.IndexOf(won, true)}");
        (await store.PutIfAbsentAsync("_delta_log/00000000000000000007.json", "late"u8.ToArray(), Now)).Should().BeFalse();
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_deleting_it_does_nothing()
    {
        var store = await StoreAsync();
        (await store.ReadAsync("no/such", Now)).Should().BeNull();
        (await store.FindAsync("no/such", Now)).Should().BeNull();
        (await store.ListAsync("no", "", Now)).Should().BeEmpty();
        (await KeysAsync(store.Under("no"))).Should().BeEmpty();
        (await store.FoldersAsync("no", Now)).Should().BeEmpty();
        await store.FetchAsync(["no/such"], Now);
        File.Exists(store.LocalPath("no/such")).Should().BeFalse();
        await store.Invoking(async s => await s.DeleteAsync("no-such", Now)).Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_listing_is_in_order_over_its_pages_and_begins_where_asked()
    {
        var store = await StoreAsync();
        var names = Enumerable.Range(0, 40).Select(i => $"{i:D20}.json").Concat(["_last_checkpoint", "00000000000000000010.checkpoint.parquet"]).Order(StringComparer.Ordinal).ToList();
        foreach (var name in names.AsEnumerable().Reverse())
            await store.PutAsync($"_delta_log/{name}", Encoding.UTF8.GetBytes(name), Now);
        await store.PutAsync("_delta_log/_sidecars/a.parquet", "x"u8.ToArray(), Now);
        await store.PutAsync("_delta_log.txt", "x"u8.ToArray(), Now);

        var all = await store.ListAsync("_delta_log", "", Now);
        all.Select(o => o.Name).Should().Equal(names);
        all.Should().OnlyContain(o => o.Size == o.Name.Length).And.OnlyContain(o => o.Modified > DateTimeOffset.UnixEpoch.AddYears(50));
        (await store.ListAsync("_delta_log", $"{30:D20}", Now)).Select(o => o.Name).Should().Equal(names.Where(n => string.CompareOrdinal(n, $"{30:D20}") >= 0));
        (await store.FoldersAsync("_delta_log", Now)).Should().Equal("_sidecars");
        (await store.FoldersAsync("", Now)).Should().Equal("_delta_log");
        (await KeysAsync(store)).Should().Equal(names.Select(n => $"_delta_log/{n}").Append("_delta_log.txt").Append("_delta_log/_sidecars/a.parquet").Order(StringComparer.Ordinal));
        (await KeysAsync(store.Under("_delta_log/_sidecars"))).Should().Equal("a.parquet");
    }

    [Theory]
    [InlineData("花都区/数字底座.parquet")]
    [InlineData("a b/c d.parquet")]
    [InlineData("hash#tag/x#1.parquet")]
    [InlineData("district=%E5%8C%97/slash%2Fin.parquet")]
    [InlineData("t/plus+and&more=x;y,z!'()~$@.parquet")]
    [InlineData("t/question?mark=1&b.parquet")]
    [InlineData("t/[1]*.parquet")]
    public async Task Names_survive_whatever_is_in_them(string key)
    {
        var store = await StoreAsync();
        (await store.PutIfAbsentAsync(key, Encoding.UTF8.GetBytes(key), Now)).Should().BeTrue();
        (await store.PutIfAbsentAsync(key, "other"u8.ToArray(), Now)).Should().BeFalse();

        (await TextAsync(store, key)).Should().Be(key);
        (await KeysAsync(store)).Should().Equal(key);
        (await store.FoldersAsync("", Now)).Should().Equal(key.Split('/')[0]);
        (await store.ListAsync(key.Split('/')[0], "", Now)).Should().ContainSingle().Which.Name.Should().Be(key.Split('/')[1]);
        await store.FetchAsync([key], Now);
        (await File.ReadAllTextAsync(store.LocalPath(key), Now)).Should().Be(key);
        await store.DeleteAsync(key, Now);
        (await store.FindAsync(key, Now)).Should().BeNull();
        File.Exists(store.LocalPath(key)).Should().BeFalse("a copy goes with the object");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8 << 20)]
    [InlineData((24 << 20) + 17)]
    public async Task A_file_written_here_arrives_whole_and_is_read_whole_from_elsewhere(int size)
    {
        var store = await StoreAsync();
        var content = RandomNumberGenerator.GetBytes(size);
        Directory.CreateDirectory(Path.GetDirectoryName(store.LocalPath("t/part-1.parquet"))!);
        await File.WriteAllBytesAsync(store.LocalPath("t/part-1.parquet"), content, Now);

        await store.SealAsync("t/part-1.parquet", Now);

        (await store.FindAsync("t/part-1.parquet", Now))!.Size.Should().Be(size);
        if (!store.IsLocal)
            File.Delete(store.LocalPath("t/part-1.parquet")); // as on another machine
        await store.Under("t").FetchAsync(["part-1.parquet"], Now);
        (await File.ReadAllBytesAsync(store.Under("t").LocalPath("part-1.parquet"), Now)).AsSpan().SequenceEqual(content).Should().BeTrue();
        (await store.ReadAsync("t/part-1.parquet", Now))!.AsSpan().SequenceEqual(content).Should().BeTrue();
    }

    [Fact]
    public async Task A_put_replaces_and_is_seen_at_once()
    {
        var store = await StoreAsync();
        for (var i = 0; i < 5; i++)
        {
            await store.PutAsync("_delta_log/_last_checkpoint", Encoding.UTF8.GetBytes($"{i}"), Now);
            (await TextAsync(store, "_delta_log/_last_checkpoint")).Should().Be($"{i}");
        }
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private static async Task<List<string>> KeysAsync(IObjectStore store)
    {
        var keys = new List<string>();
        await foreach (var item in store.WalkAsync(Now))
            keys.Add(item.Name);
        return [.. keys.Where(key => !key.StartsWith(".staging/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private static async Task<string?> TextAsync(IObjectStore store, string key) => await store.ReadAsync(key, Now) is { } content ? Encoding.UTF8.GetString(content) : null;

    private protected RemoteStore Remote(IObjectService service, string prefix) => new(service, prefix, new(Folder["local"], 1L << 30, TimeProvider.System));
}

public sealed class LocalStoreTests : StoreTests
{
    private protected override Task<IObjectStore> StoreAsync() => Task.FromResult<IObjectStore>(new LocalStore(Folder["store"]));
}

public sealed class AzureStoreTests(Azurite azurite) : StoreTests
{
    private protected override async Task<IObjectStore> StoreAsync()
    {
        var root = await azurite.ContainerAsync() + "/湖 1#";
        var at = (StoreLocation.Azure)StoreLocation.Parse(root);
        return Remote(new AzureBlobs(at, new(root) { Credentials = azurite.Credentials }) { PageSize = PageSize }, at.Prefix);
    }
}

public sealed class S3StoreTests(S3Server server) : StoreTests
{
    private protected override Task<IObjectStore> StoreAsync()
    {
        var root = server.Bucket() + "/lake";
        var at = (StoreLocation.S3)StoreLocation.Parse(root);
        return Task.FromResult<IObjectStore>(Remote(new S3Objects(at, new(root) { Credentials = server.Credentials() }) { PageSize = PageSize }, at.Prefix));
    }
}

/// <summary>The same against another's server, where it is there: see <see cref="MotoServer"/> for what that proves and what not.</summary>
public sealed class MotoStoreTests(MotoServer server) : StoreTests
{
    private protected override async Task<IObjectStore> StoreAsync()
    {
        var root = await server.BucketAsync() + "/lake";
        var at = (StoreLocation.S3)StoreLocation.Parse(root);
        return Remote(new S3Objects(at, new(root) { Credentials = server.Credentials }) { PageSize = PageSize }, at.Prefix);
    }
}
