using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>What only a lake in a bucket can do wrong; the rest is <see cref="LakeOnS3Tests"/>.</summary>
public sealed class S3TableTests(S3Server server) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_bucket_that_is_not_there_is_an_error_without_the_key()
    {
        var root = server.Bucket() + "x/lake";
        using var lake = Lake.Open(new(root) { Credentials = server.Credentials(), LocalFolder = _folder["here"] });
        var commit = async () => await lake.CommitRowsAsync(Given.Row(1));
        (await commit.Should().ThrowAsync<IOException>()).Which.ToString().Should().Contain("NoSuchBucket").And.NotContain(server.Credentials().S3SecretKey);
    }

    public void Dispose() => _folder.Dispose();
}
