namespace Plinth.Lakehouse;

/// <summary>
/// Keys of a store, for programs that hold them themselves. What is null comes from the environment: <c>AZURE_STORAGE_KEY</c>,
/// <c>AZURE_STORAGE_SAS_TOKEN</c>, else Azure's default chain (managed identity among it); for S3 the AWS variables and profiles,
/// and <c>AWS_ENDPOINT_URL_S3</c> or <c>AWS_ENDPOINT_URL</c>.
/// </summary>
public sealed class StoreCredentials
{
    /// <summary>Shared key of the Azure account, base 64.</summary>
    public string? AzureKey { get; init; }

    /// <summary>Shared access signature of the container or account.</summary>
    public string? AzureSas { get; init; }

    /// <summary>S3 access key.</summary>
    public string? S3AccessKey { get; init; }

    /// <summary>S3 secret key.</summary>
    public string? S3SecretKey { get; init; }

    /// <summary>Endpoint of an S3-compatible store, addressed by path; null for AWS.</summary>
    public Uri? S3Endpoint { get; init; }

    /// <summary>Says nothing of what it holds.</summary>
    public override string ToString() => nameof(StoreCredentials);
}
