namespace Plinth.Lakehouse.Stores;

/// <summary>Where a lake or a table lies, as its location's text says: a folder, <c>az://account/container/prefix</c>, <c>https://account.blob…/container/prefix</c>, <c>s3://bucket/prefix</c>.</summary>
internal abstract record StoreLocation
{
    private StoreLocation() { }

    /// <summary>A folder of this machine, absolute.</summary>
    internal sealed record Folder(string Path) : StoreLocation
    {
        public override string ToString() => Path;
    }

    /// <summary>A folder of an Azure Blob container.</summary>
    /// <param name="Service">The account's blob endpoint, without a slash at its end.</param>
    internal sealed record Azure(string Service, string Account, string Container, string Prefix) : StoreLocation
    {
        public override string ToString() => $"{Service}/{Container}/{Prefix}".TrimEnd('/');
    }

    /// <summary>A folder of a bucket.</summary>
    internal sealed record S3(string Bucket, string Prefix) : StoreLocation
    {
        public override string ToString() => $"s3://{Bucket}/{Prefix}".TrimEnd('/');
    }

    /// <exception cref="LakeLocationException">The text names no place, or holds a secret.</exception>
    public static StoreLocation Parse(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return new Folder(Path.GetFullPath(text));
        if (text.AsSpan(scheme + 3).IndexOfAny('?', '@') >= 0)
            throw new LakeLocationException("A lake's location holds no key, token or signature: anybody may see it. Set AZURE_STORAGE_SAS_TOKEN, AZURE_STORAGE_KEY or the AWS variables instead ('?' and '@' are written %3F and %40 in names).");
        var parts = text[(scheme + 3)..].TrimEnd('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        return text[..scheme].ToLowerInvariant() switch
        {
            "file" => new Folder(Path.GetFullPath("/" + string.Join('/', parts.Skip(1)))),
            "az" when parts is [{ Length: > 0 } account, { Length: > 0 } container, .. var prefix] => new Azure($"https://{account}.blob.core.windows.net", account, container, string.Join('/', prefix)),
            "s3" when parts is [{ Length: > 0 } bucket, .. var prefix] => new S3(bucket, string.Join('/', prefix)),
            "https" => Endpoint(text[..scheme], parts, text),
            "http" when parts[0].StartsWith("127.", StringComparison.Ordinal) || parts[0].StartsWith("localhost", StringComparison.OrdinalIgnoreCase) => Endpoint(text[..scheme], parts, text),
            "http" => throw new LakeLocationException($"'{text}' is not encrypted; use https."),
            _ => throw Unknown(text),
        };
    }

    /// <summary>The account is the host's first name; where the host is an address (an emulator's), it is the path's first part.</summary>
    private static Azure Endpoint(string scheme, string[] parts, string text)
    {
        var host = parts[0];
        var byPath = host.StartsWith("localhost", StringComparison.OrdinalIgnoreCase) || System.Net.IPEndPoint.TryParse(host, out _);
        return (byPath, parts) switch
        {
            (true, [_, { Length: > 0 } account, { Length: > 0 } container, .. var prefix]) => new($"{scheme}://{host}/{account}", account, container, string.Join('/', prefix)),
            (false, [_, { Length: > 0 } container, .. var prefix]) when host.Contains(".blob.", StringComparison.Ordinal) => new($"{scheme}://{host}", host[..host.IndexOf('.', StringComparison.Ordinal)], container, string.Join('/', prefix)),
            _ => throw Unknown(text),
        };
    }

    private static LakeLocationException Unknown(string text) =>
        new($"'{text}' is no place for a lake; give a folder, az://ACCOUNT/CONTAINER/PREFIX, https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX or s3://BUCKET/PREFIX.");
}
