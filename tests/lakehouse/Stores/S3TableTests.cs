using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>A lake in a bucket of moto's: see <see cref="MotoServer"/> for what that proves and what not.</summary>
public sealed class S3TableTests(MotoServer server) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_table_in_a_bucket_is_created_appended_to_by_several_and_read_elsewhere()
    {
        const int Writers = 4;
        const int Each = 4;
        var root = await server.BucketAsync() + "/city/湖 #1";
        using (var lake = Open(root, "here"))
        {
            var versions = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                var won = new List<long>();
                for (var i = 0; i < Each; i++)
                    won.Add(await lake.CommitRowsAsync(Given.Row((writer * Each) + i)));
                return won;
            })));
            versions.SelectMany(v => v).Order().Should().Equal(Enumerable.Range(0, Writers * Each).Select(v => (long)v));
        }

        using var elsewhere = Open(root, "elsewhere");
        elsewhere.Tables().Should().Equal(Given.Readings);
        (await elsewhere.IdsAsync()).Should().Equal(Enumerable.Range(0, Writers * Each).Select(v => (long)v));
        (await elsewhere.HistoryAsync(Given.Readings)).Should().HaveCount(Writers * Each);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_an_error_without_the_key()
    {
        var root = await server.BucketAsync() + "x/lake";
        using var lake = Lake.Open(new(root) { Credentials = new() { S3AccessKey = "ID", S3SecretKey = "SECRET", S3Endpoint = server.Credentials.S3Endpoint }, LocalFolder = _folder["here"] });
        var commit = async () => await lake.CommitRowsAsync(Given.Row(1));
        (await commit.Should().ThrowAsync<IOException>()).Which.ToString().Should().Contain("NoSuchBucket").And.NotContain("SECRET");
    }

    public void Dispose() => _folder.Dispose();

    private Lake Open(string root, string local) =>
        Lake.Open(new(root) { Credentials = server.Credentials, LocalFolder = _folder[local], Sql = new() { Threads = 2, MemoryLimit = "1GB" } });
}
