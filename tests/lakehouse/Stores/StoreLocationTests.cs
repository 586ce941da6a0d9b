using System.Globalization;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Stores;

namespace Plinth.Tests.Lakehouse.Stores;

public class StoreLocationTests
{
    [Theory]
    [InlineData("az://acct/box/city/lake", "https://acct.blob.core.windows.net/box/city/lake")]
    [InlineData("az://acct/box", "https://acct.blob.core.windows.net/box")]
    [InlineData("https://acct.blob.core.chinacloudapi.cn/box/湖/", "https://acct.blob.core.chinacloudapi.cn/box/湖")]
    [InlineData("https://acct.blob.core.windows.net/box/a%20b%23c", "https://acct.blob.core.windows.net/box/a b#c")]
    [InlineData("http://127.0.0.1:10000/dev/box/lake", "http://127.0.0.1:10000/dev/box/lake")]
    [InlineData("s3://bucket/a/b", "s3://bucket/a/b")]
    [InlineData("file:///tmp/a%20b", "/tmp/a b")]
    public void A_location_names_its_place(string text, string place) => StoreLocation.Parse(text).ToString().Should().Be(place);

    [Theory]
    [InlineData("az://acct")]
    [InlineData("https://example.com/box")]
    [InlineData("http://acct.blob.core.windows.net/box")]
    [InlineData("ftp://host/x")]
    [InlineData("s3://")]
    public void What_names_no_place_is_refused_with_the_forms_that_do(string text) =>
        FluentActions.Invoking(() => StoreLocation.Parse(text)).Should().Throw<LakeLocationException>().WithMessage($"'{text}'*");

    [Theory]
    [InlineData("https://acct.blob.core.windows.net/box?sv=2023&sig=SECRET")]
    [InlineData("https://user:SECRET@acct.blob.core.windows.net/box")]
    [InlineData("s3://SECRET:SECRET@bucket/x")]
    public void A_secret_in_a_location_is_refused_and_not_repeated(string text) =>
        FluentActions.Invoking(() => Lake.Open(new(text))).Should().Throw<LakeLocationException>().Which.ToString().Should().NotContain("SECRET");

    [Fact]
    public void Options_and_credentials_say_nothing_of_what_they_hold() =>
        new LakeOptions("x") { Credentials = new() { AzureKey = "SECRET", S3SecretKey = "SECRET", AzureSas = "sig=SECRET" } }.ToString().Should().NotContain("SECRET");
}

public class ObjectCacheTests
{
    [Fact]
    public async Task Copies_stay_under_the_limit_and_what_is_about_to_be_read_stays_whatever_the_limit()
    {
        using var folder = new TemporaryFolder();
        var clock = new Clock();
        var cache = new ObjectCache(folder.Path, 10_000, clock);
        var service = new Objects(clock);
        for (var i = 0; i < 50; i++)
        {
            await cache.FillAsync(service, $"t/{i}", compare: false, TestContext.Current.CancellationToken);
            clock.Now += TimeSpan.FromMinutes(1);
        }
        var kept = Directory.GetFiles(folder["objects", "t"]).Select(f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture)).Order().ToList();

        kept.Should().EndWith(Enumerable.Range(36, 14), "what was asked for in the last minutes may be about to be opened").And.HaveCountLessThan(20);
        service.Reads.Should().Be(50);
        await cache.FillAsync(service, "t/49", compare: false, TestContext.Current.CancellationToken);
        service.Reads.Should().Be(50, "there is a copy");
        await cache.FillAsync(service, "t/0", compare: false, TestContext.Current.CancellationToken);
        service.Reads.Should().Be(51, "the copy had gone");
    }

    [Fact]
    public async Task Many_that_ask_for_one_object_at_once_fetch_it_once()
    {
        using var folder = new TemporaryFolder();
        var service = new Objects(new());
        var cache = new ObjectCache(folder.Path, 1 << 20, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => cache.FillAsync(service, "a/b", compare: false, CancellationToken.None))));
        service.Reads.Should().Be(1);
        Directory.GetFiles(folder[".staging"]).Should().BeEmpty();
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    public void A_key_leads_nowhere_else(string key)
    {
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => new ObjectCache(folder.Path, 1, TimeProvider.System).PathOf(key)).Should().Throw<ArgumentException>();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>A service that has an object of 1,000 bytes under every key.</summary>
    private sealed class Objects(Clock clock) : IObjectService
    {
        private int _reads;

        public int Reads => _reads;

        public async Task<StoredObject?> DownloadAsync(string key, string file, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _reads);
            await File.WriteAllBytesAsync(file, new byte[1000], cancellationToken);
            return new(key, 1000, clock.Now.AddYears(-1));
        }

        public Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<StoredObject?> FindAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, string from, bool folders, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> TryCreateAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task UploadAsync(string key, string file, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
