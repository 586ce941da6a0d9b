using System.Globalization;
using System.Net;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using Plinth.Lakehouse;
using Plinth.Tests.Lakehouse.Stores;

[assembly: AssemblyFixture(typeof(S3Server))]

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>
/// An S3 server in memory, on this machine's own address: buckets, puts with <c>If-None-Match: *</c> (decided under a lock, as a real store does), ranges, listings in pages, uploads in pieces.
/// Neither npm nor Debian has one that knows conditional puts. What it does not do: check signatures.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html</remarks>
public sealed class S3Server : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedDictionary<string, Item>> _buckets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, byte[]>> _uploads = new(StringComparer.Ordinal);

    public S3Server()
    {
        Port = Azurite.FreePort();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <param name="port">Another's, a proxy's say, to go by way of it.</param>
    public StoreCredentials Credentials(int? port = null) => new() { S3AccessKey = "test", S3SecretKey = "test-secret", S3Endpoint = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port ?? Port}")) };

    /// <summary>The location of a bucket of its own.</summary>
    public string Bucket()
    {
        var name = $"b{Guid.CreateVersion7():n}";
        lock (_lock)
            _buckets[name] = new(StringComparer.Ordinal);
        return $"s3://{name}";
    }

    public void Dispose() => ((IDisposable)_listener).Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => ServeAsync(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The tests are over.
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        try
        {
            var (request, answer) = (context.Request, context.Response);
            var path = request.RawUrl!.Split('?')[0].TrimStart('/').Split('/', 2).Select(Uri.UnescapeDataString).ToArray();
            var body = await BodyAsync(request);
            answer.StatusCode = Answer(request, answer, path[0], path.Length > 1 ? path[1] : "", body, out var content);
            if (request.HttpMethod == "HEAD")
            {
                answer.ContentLength64 = content.Length;
                answer.Close();
            }
            else
            {
                answer.Close(content, willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client gave up.
        }
    }

    private int Answer(HttpListenerRequest request, HttpListenerResponse answer, string bucketName, string key, byte[] body, out byte[] content)
    {
        content = [];
        lock (_lock)
        {
            if (!_buckets.TryGetValue(bucketName, out var bucket))
                return Error(404, "NoSuchBucket", out content);
            var query = request.QueryString;
            switch (request.HttpMethod)
            {
                case "PUT" when query["uploadId"] is { } upload:
                    _uploads[upload][int.Parse(query["partNumber"]!, CultureInfo.InvariantCulture)] = body;
                    answer.Headers["ETag"] = Tag(body);
                    return 200;
                case "PUT":
                    return Put(request, answer, bucket, key, body, out content);
                case "POST" when query["uploadId"] is { } upload:
                    var whole = _uploads[upload].Values.SelectMany(piece => piece).ToArray();
                    if (Put(request, answer, bucket, key, whole, out content) is not 200 and var refused)
                        return refused;
                    _uploads.Remove(upload);
                    content = Xml($"<CompleteMultipartUploadResult><Bucket>{bucketName}</Bucket><Key>{SecurityElement.Escape(key)}</Key><ETag>{Tag(whole)}</ETag></CompleteMultipartUploadResult>");
                    return 200;
                case "POST":
                    var id = Guid.CreateVersion7().ToString("n");
                    _uploads[id] = [];
                    content = Xml($"<InitiateMultipartUploadResult><Bucket>{bucketName}</Bucket><Key>{SecurityElement.Escape(key)}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
                    return 200;
                case "DELETE":
                    bucket.Remove(key);
                    return 204;
                case "GET" when key.Length == 0:
                    content = List(bucket, query);
                    return 200;
                default:
                    return bucket.TryGetValue(key, out var item) ? Get(request, answer, item, out content) : Error(404, "NoSuchKey", out content);
            }
        }
    }

    private static int Put(HttpListenerRequest request, HttpListenerResponse answer, SortedDictionary<string, Item> bucket, string key, byte[] body, out byte[] content)
    {
        content = [];
        if (request.Headers["If-None-Match"] == "*" && bucket.ContainsKey(key))
            return Error(412, "PreconditionFailed", out content);
        bucket[key] = new(body, TimeProvider.System.GetUtcNow());
        answer.Headers["ETag"] = Tag(body);
        return 200;
    }

    private static int Get(HttpListenerRequest request, HttpListenerResponse answer, Item item, out byte[] content)
    {
        answer.Headers["ETag"] = Tag(item.Content);
        answer.Headers["Last-Modified"] = item.Modified.ToString("R", CultureInfo.InvariantCulture);
        content = item.Content;
        if (request.Headers["Range"] is not { } range)
            return 200;
        var ends = range["bytes=".Length..].Split('-');
        var from = int.Parse(ends[0], CultureInfo.InvariantCulture);
        if (from >= item.Content.Length)
            return Error(416, "InvalidRange", out content);
        var to = ends[1].Length == 0 ? item.Content.Length - 1 : Math.Min(int.Parse(ends[1], CultureInfo.InvariantCulture), item.Content.Length - 1);
        answer.Headers["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{item.Content.Length}");
        content = item.Content[from..(to + 1)];
        return 206;
    }

    private static byte[] List(SortedDictionary<string, Item> bucket, System.Collections.Specialized.NameValueCollection query)
    {
        var (prefix, delimiter, after) = (query["prefix"] ?? "", query["delimiter"] ?? "", query["continuation-token"] is { } token ? Encoding.UTF8.GetString(Convert.FromBase64String(token)) : query["start-after"] ?? "");
        var most = int.Parse(query["max-keys"] ?? "1000", CultureInfo.InvariantCulture);
        var (text, count, last, more, folder) = (new StringBuilder(), 0, "", false, (string?)null);
        foreach (var (key, item) in bucket)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal) || string.CompareOrdinal(key, after) <= 0)
                continue;
            var end = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var group = end < 0 ? null : key[..(end + 1)];
            if (group is not null && (group == folder || after.StartsWith(group, StringComparison.Ordinal)))
            {
                last = key;
                continue;
            }
            if (count == most)
            {
                more = true;
                break;
            }
            (count, last, folder) = (count + 1, key, group);
            var encoded = Uri.EscapeDataString(group ?? key);
            text.Append(group is not null
                ? $"<CommonPrefixes><Prefix>{Encoded(query, group, encoded)}</Prefix></CommonPrefixes>"
                : $"<Contents><Key>{Encoded(query, key, encoded)}</Key><LastModified>{item.Modified.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)}</LastModified><ETag>{Tag(item.Content)}</ETag><Size>{item.Content.Length}</Size></Contents>");
        }
        var next = more ? $"<NextContinuationToken>{Convert.ToBase64String(Encoding.UTF8.GetBytes(last))}</NextContinuationToken>" : "";
        return Xml($"<ListBucketResult>{(query["encoding-type"] is null ? "" : "<EncodingType>url</EncodingType>")}<IsTruncated>{(more ? "true" : "false")}</IsTruncated><KeyCount>{count}</KeyCount>{next}{text}</ListBucketResult>");
    }

    private static string Encoded(System.Collections.Specialized.NameValueCollection query, string plain, string encoded) => query["encoding-type"] is null ? SecurityElement.Escape(plain) : encoded;

    private static int Error(int status, string code, out byte[] content)
    {
        content = Xml($"<Error><Code>{code}</Code><Message>{code}</Message></Error>");
        return status;
    }

    private static byte[] Xml(string text) => Encoding.UTF8.GetBytes("""<?xml version="1.0" encoding="UTF-8"?>""" + text);

    /// <summary>MD5, with which clients compare what they sent.</summary>
    private static string Tag(byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(content);
        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset())}\"";
    }

    /// <summary>The body, out of the signed pieces that clients send it in: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html.</summary>
    private static async Task<byte[]> BodyAsync(HttpListenerRequest request)
    {
        using var raw = new MemoryStream();
        await request.InputStream.CopyToAsync(raw);
        if (request.Headers["x-amz-content-sha256"]?.StartsWith("STREAMING-", StringComparison.Ordinal) != true)
            return raw.ToArray();
        using var content = new MemoryStream();
        var rest = raw.ToArray().AsSpan();
        while (rest.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            var head = Encoding.ASCII.GetString(rest[..end]).Split(';')[0];
            var size = int.Parse(head, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                break;
            content.Write(rest.Slice(end + 2, size));
            rest = rest[(end + 2 + size + 2)..];
        }
        return content.ToArray();
    }

    private sealed record Item(byte[] Content, DateTimeOffset Modified);
}
