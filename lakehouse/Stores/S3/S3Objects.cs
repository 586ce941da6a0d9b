using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Plinth.Lakehouse.Stores.S3;

/// <summary>A store that speaks S3 (AWS, OSS, OBS, MinIO, ...) and knows conditional puts (<c>If-None-Match: *</c>).</summary>
internal sealed class S3Objects : IObjectService, IDisposable
{
    private readonly StoreLocation.S3 _at;
    private readonly AmazonS3Client _client;
    private readonly AmazonS3Client _once;

    public S3Objects(StoreLocation.S3 at, LakeOptions options)
    {
        _at = at;
        _client = Client(options, retries: 4);
        _once = Client(options, retries: 0);
    }

    /// <value>Most names in one answer of a listing.</value>
    internal int PageSize { get; init; } = 1000;

    public async Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var read = await AskAsync(key, async () =>
        {
            using var answer = await _client.GetObjectAsync(_at.Bucket, key, cancellationToken);
            using var content = new MemoryStream();
            await answer.ResponseStream.CopyToAsync(content, cancellationToken);
            return content.ToArray();
        }, cancellationToken);
        return read;
    }

    public Task<StoredObject?> DownloadAsync(string key, string file, CancellationToken cancellationToken) => AskAsync(key, async () =>
    {
        using var answer = await _client.GetObjectAsync(_at.Bucket, key, cancellationToken);
        await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        await answer.ResponseStream.CopyToAsync(target, 1 << 20, cancellationToken);
        return target.Position == answer.ContentLength ? new StoredObject(key, target.Position, Utc(answer.LastModified)) : throw new IOException($"'{Name(key)}' was cut off at byte {target.Position}.");
    }, cancellationToken);

    public Task<StoredObject?> FindAsync(string key, CancellationToken cancellationToken) => AskAsync(key, async () =>
    {
        var answer = await _client.GetObjectMetadataAsync(_at.Bucket, key, cancellationToken);
        return new StoredObject(key, answer.ContentLength, Utc(answer.LastModified));
    }, cancellationToken);

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, string from, bool folders, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _at.Bucket, Prefix = prefix, Delimiter = folders ? "/" : null, MaxKeys = PageSize };
        while (true)
        {
            var page = await AskAsync(prefix, () => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken) ?? throw new IOException($"'{_at}' is not there.");
            foreach (var item in page.S3Objects ?? [])
                yield return new(item.Key, item.Size ?? 0, Utc(item.LastModified));
            foreach (var folder in page.CommonPrefixes ?? [])
                yield return new(folder, 0, default);
            if (page.IsTruncated != true)
                yield break;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    public async Task<bool> TryCreateAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            using var body = new MemoryStream(content.ToArray(), writable: false);
            await _once.PutObjectAsync(new() { BucketName = _at.Bucket, Key = key, InputStream = body, IfNoneMatch = "*" }, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }
        // 409: another put was under way, and which of them won is not said.
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
        {
            throw Uncertain(e, key);
        }
        catch (AmazonS3Exception e)
        {
            throw Refused(e, key);
        }
        catch (Exception e) when (IsUnreachable(e, cancellationToken))
        {
            throw Unreachable(e);
        }
    }

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => AskAsync(key, async () =>
    {
        using var body = new MemoryStream(content.ToArray(), writable: false);
        return await _client.PutObjectAsync(new() { BucketName = _at.Bucket, Key = key, InputStream = body }, cancellationToken);
    }, cancellationToken, missing: false);

    public Task UploadAsync(string key, string file, CancellationToken cancellationToken) => AskAsync(key, async () =>
    {
        using var transfer = new TransferUtility(_client);
        await transfer.UploadAsync(file, _at.Bucket, key, cancellationToken);
        return key;
    }, cancellationToken, missing: false);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => AskAsync(key, () => _client.DeleteObjectAsync(_at.Bucket, key, cancellationToken), cancellationToken);

    public void Dispose()
    {
        _client.Dispose();
        _once.Dispose();
    }

    /// <param name="missing">Whether "not found" is an answer, rather than a fault.</param>
    private async Task<T?> AskAsync<T>(string key, Func<Task<T>> ask, CancellationToken cancellationToken, bool missing = true)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (AmazonS3Exception e) when (missing && e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
        catch (AmazonS3Exception e)
        {
            throw Refused(e, key);
        }
        catch (Exception e) when (IsUnreachable(e, cancellationToken))
        {
            throw Unreachable(e);
        }
    }

    private static bool IsUnreachable(Exception e, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && e is AmazonClientException or HttpRequestException or OperationCanceledException or TimeoutException or WebException;

    private StoreUncertainException Unreachable(Exception e) => new($"{_at}: the store cannot be reached, or no credential is known: see the AWS variables and AWS_ENDPOINT_URL_S3 ({e.GetType().Name}).");

    // The causes stay out: what they carry of the request is not ours to show.
    private IOException Refused(AmazonS3Exception e, string key) => new(Fault(e, key));

    private StoreUncertainException Uncertain(AmazonS3Exception e, string key) => new(Fault(e, key));

    private string Fault(AmazonS3Exception e, string key) => string.Create(CultureInfo.InvariantCulture, $"'{Name(key)}': the store answered {(int)e.StatusCode} {e.ErrorCode}.");

    private string Name(string key) => $"s3://{_at.Bucket}/{key}";

    private static DateTimeOffset Utc(DateTime? time) => time is { } at ? new(at.ToUniversalTime(), TimeSpan.Zero) : default;

    private static AmazonS3Client Client(LakeOptions options, int retries)
    {
        var config = new AmazonS3Config
        {
            MaxErrorRetry = retries,
            Timeout = options.StoreTimeout,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, // not every store knows the newer checksums
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        var endpoint = options.Credentials?.S3Endpoint?.ToString() ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3") ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL");
        if (!string.IsNullOrEmpty(endpoint))
        {
            config.ServiceURL = endpoint;
            config.ForcePathStyle = true;
            config.AuthenticationRegion = Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1";
        }
        return options.Credentials is { S3AccessKey: { } id, S3SecretKey: { } secret } ? new(id, secret, config) : new(config);
    }
}
