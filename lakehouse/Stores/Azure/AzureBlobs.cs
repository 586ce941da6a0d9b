using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Plinth.Lakehouse.Stores.Azure;

/// <summary>Azure Blob Storage by its REST interface. Requests that may be repeated are, by the pipeline; conditional puts never are.</summary>
internal sealed class AzureBlobs : IObjectService
{
    private const string Version = "2023-11-03";
    private const string Scope = "https://storage.azure.com/.default";
    private const int Piece = 8 << 20;
    private const int PiecesAtOnce = 4;
    private readonly StoreLocation.Azure _at;
    private readonly string? _sas;
    private readonly HttpPipeline _pipeline;
    private readonly HttpPipeline _once;

    public AzureBlobs(StoreLocation.Azure at, LakeOptions options)
    {
        _at = at;
        var key = options.Credentials?.AzureKey ?? Environment.GetEnvironmentVariable("AZURE_STORAGE_KEY");
        _sas = string.IsNullOrEmpty(key) ? (options.Credentials?.AzureSas ?? Environment.GetEnvironmentVariable("AZURE_STORAGE_SAS_TOKEN"))?.TrimStart('?') : null;
        HttpPipelinePolicy[] authentication = (key, _sas) switch
        {
            ({ Length: > 0 }, _) => [new SharedKeyPolicy(at.Account, Decode(key), TimeProvider.System)],
            (_, { Length: > 0 }) => [],
            _ => [new BearerTokenAuthenticationPolicy(new DefaultAzureCredential(), Scope)],
        };
        _pipeline = HttpPipelineBuilder.Build(Options(options, retries: 4), [], authentication, null);
        _once = HttpPipelineBuilder.Build(Options(options, retries: 0), [], authentication, null);
    }

    /// <value>Most names in one answer of a listing.</value>
    internal int PageSize { get; init; } = 5000;

    public async Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(_pipeline, RequestMethod.Get, Url(key), null, [], cancellationToken);
        return answer.Status == 404 ? null : Expect(answer, key, 200).Content.ToArray();
    }

    public async Task<StoredObject?> DownloadAsync(string key, string file, CancellationToken cancellationToken)
    {
        await using var target = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var (tag, size, modified) = ((string?)null, long.MaxValue, default(DateTimeOffset));
        for (var at = 0L; at < size; at = target.Position)
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"bytes={at}-{at + Piece - 1}");
            using var answer = await SendAsync(_pipeline, RequestMethod.Get, Url(key), null, tag is null ? [("x-ms-range", range)] : [("x-ms-range", range), ("If-Match", tag)], cancellationToken);
            if (answer.Status == 404 && tag is null)
                return null;
            if (answer.Status == 416 && at == 0)
                return await FindAsync(key, cancellationToken); // empty: no range lies in it
            Expect(answer, key, 200, 206);
            tag ??= answer.Headers.ETag?.ToString("H");
            modified = Modified(answer.Headers.TryGetValue("Last-Modified", out var date) ? date : null);
            size = answer.Headers.TryGetValue("Content-Range", out var whole) ? long.Parse(whole.AsSpan(whole.IndexOf('/', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture) : answer.Content.ToMemory().Length;
            if (answer.Content.ToMemory().IsEmpty && size > 0)
                throw new IOException($"'{Name(key)}' was cut off at byte {at}.");
            await target.WriteAsync(answer.Content.ToMemory(), cancellationToken);
        }
        return new(key, target.Position, modified);
    }

    public async Task<StoredObject?> FindAsync(string key, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(_pipeline, RequestMethod.Head, Url(key), null, [], cancellationToken);
        if (answer.Status == 404)
            return null;
        Expect(answer, key, 200);
        return new(key, answer.Headers.ContentLengthLong ?? 0, Modified(answer.Headers.TryGetValue("Last-Modified", out var date) ? date : null));
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, string from, bool folders, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? marker = "";
        while (marker is not null)
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"?restype=container&comp=list&maxresults={PageSize}&prefix={Uri.EscapeDataString(prefix)}{(folders ? "&delimiter=%2F" : "")}{(marker.Length > 0 ? "&marker=" + Uri.EscapeDataString(marker) : "")}");
            using var answer = await SendAsync(_pipeline, RequestMethod.Get, $"{_at.Service}/{_at.Container}{query}", null, [], cancellationToken);
            var (items, next) = BlobListing.Read(Expect(answer, prefix, 200).Content);
            foreach (var item in items)
                yield return item;
            marker = next;
        }
    }

    public async Task<bool> TryCreateAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(_once, RequestMethod.Put, Url(key), content, [("x-ms-blob-type", "BlockBlob"), ("If-None-Match", "*")], cancellationToken);
        return answer.Status switch
        {
            201 => true,
            409 or 412 => false,
            408 or 429 or >= 500 => throw new StoreUncertainException(Fault(answer, key)),
            _ => throw new IOException(Fault(answer, key)),
        };
    }

    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(_pipeline, RequestMethod.Put, Url(key), content, [("x-ms-blob-type", "BlockBlob")], cancellationToken);
        Expect(answer, key, 201);
    }

    public async Task UploadAsync(string key, string file, CancellationToken cancellationToken)
    {
        using var source = File.OpenHandle(file);
        var size = RandomAccess.GetLength(source);
        if (size <= Piece)
        {
            await PutAsync(key, await PieceAsync(0), cancellationToken);
            return;
        }
        var upload = Guid.CreateVersion7().ToByteArray(); // so that two writers of one key never mix their pieces
        var pieces = Enumerable.Range(0, (int)((size + Piece - 1) / Piece)).Select(i => (Index: i, Id: Convert.ToBase64String([.. upload, .. BitConverter.GetBytes(i)]))).ToList();
        await Parallel.ForEachAsync(pieces, new ParallelOptions { MaxDegreeOfParallelism = PiecesAtOnce, CancellationToken = cancellationToken }, async (piece, token) =>
        {
            using var sent = await SendAsync(_pipeline, RequestMethod.Put, $"{Url(key)}?comp=block&blockid={Uri.EscapeDataString(piece.Id)}", await PieceAsync(piece.Index), [], token);
            Expect(sent, key, 201);
        });
        var list = $"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{string.Concat(pieces.Select(p => $"<Latest>{p.Id}</Latest>"))}</BlockList>";
        using var answer = await SendAsync(_pipeline, RequestMethod.Put, $"{Url(key)}?comp=blocklist", Encoding.UTF8.GetBytes(list), [], cancellationToken);
        Expect(answer, key, 201);

        async Task<byte[]> PieceAsync(int index)
        {
            var at = (long)index * Piece;
            var bytes = new byte[Math.Min(Piece, size - at)];
            for (var read = 0; read < bytes.Length;)
                read += await RandomAccess.ReadAsync(source, bytes.AsMemory(read), at + read, cancellationToken) is var got and > 0 ? got : throw new IOException($"'{file}' became shorter while it was sent.");
            return bytes;
        }
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(_pipeline, RequestMethod.Delete, Url(key), null, [], cancellationToken);
        if (answer.Status != 404)
            Expect(answer, key, 202);
    }

    private async Task<Response> SendAsync(HttpPipeline pipeline, RequestMethod method, string url, ReadOnlyMemory<byte>? content, (string Name, string Value)[] headers, CancellationToken cancellationToken)
    {
        var message = pipeline.CreateMessage(); // its answer outlives it, whole in memory
        message.Request.Method = method;
        message.Request.Uri.Reset(new(_sas is null ? url : $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{_sas}"));
        message.Request.Headers.Add("x-ms-version", Version);
        foreach (var (name, value) in headers)
            message.Request.Headers.Add(name, value);
        if (content is { } body)
        {
            message.Request.Content = RequestContent.Create(body);
            message.Request.Headers.Add("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture));
        }
        try
        {
            await pipeline.SendAsync(message, cancellationToken);
            return message.Response;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is RequestFailedException or AggregateException or OperationCanceledException or HttpRequestException or IOException and not StoreUncertainException)
        {
            // The causes' own texts can hold the request's address, and with it a signature.
            throw NoAnswer(e is AggregateException { InnerExceptions: [.., var last] } ? last : e);
        }
        catch (AuthenticationFailedException)
        {
            throw NoCredential();
        }
    }

    private StoreUncertainException NoAnswer(Exception cause) =>
        new(cause is OperationCanceledException ? $"{_at}: the store did not answer in time." : $"{_at}: the store cannot be reached ({cause.GetBaseException().GetType().Name}).");

    private IOException NoCredential() => new($"{_at}: no credential for the store: set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or give this machine an identity.");

    private Response Expect(Response answer, string key, params ReadOnlySpan<int> statuses) => statuses.Contains(answer.Status) ? answer : throw new IOException(Fault(answer, key));

    private string Fault(Response answer, string key)
    {
        var code = answer.Headers.TryGetValue("x-ms-error-code", out var given) ? given : answer.ReasonPhrase;
        var remedy = answer.Status switch
        {
            403 => " The credential does not allow it: see AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN and the identity's roles (Storage Blob Data Contributor).",
            404 => " Make the container first; Plinth makes none.",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"'{Name(key)}': the store answered {answer.Status} {code}.{remedy}");
    }

    private string Name(string key) => $"{_at.Service}/{_at.Container}/{key}";

    private string Url(string key) => $"{_at.Service}/{_at.Container}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}";

    private static DateTimeOffset Modified(string? date) => DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : default;

    private static byte[] Decode(string key)
    {
        try
        {
            return Convert.FromBase64String(key.Trim());
        }
        catch (FormatException)
        {
            throw new LakeLocationException("AZURE_STORAGE_KEY is not base 64.");
        }
    }

    private static PipelineOptions Options(LakeOptions options, int retries)
    {
        var pipeline = new PipelineOptions();
        pipeline.Retry.MaxRetries = retries;
        pipeline.Retry.Mode = RetryMode.Exponential;
        pipeline.Retry.Delay = TimeSpan.FromMilliseconds(100);
        pipeline.Retry.MaxDelay = TimeSpan.FromSeconds(5);
        pipeline.Retry.NetworkTimeout = options.StoreTimeout;
        pipeline.Diagnostics.IsLoggingEnabled = false;
        pipeline.Diagnostics.IsTelemetryEnabled = false;
        return pipeline;
    }

    private sealed class PipelineOptions : ClientOptions;
}
