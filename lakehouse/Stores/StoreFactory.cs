using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Plinth.Lakehouse.Stores.Azure;
using Plinth.Lakehouse.Stores.S3;

namespace Plinth.Lakehouse.Stores;

/// <summary>Opens the store of a location; one client a location.</summary>
internal sealed class StoreFactory(LakeOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, (RemoteStore Store, string Local, IObjectService Service)> _remote = new(StringComparer.Ordinal);

    /// <summary>One name for one place, without secrets.</summary>
    public static string NameOf(string location) => StoreLocation.Parse(location).ToString()!;

    /// <returns>The store, and the folder of this machine that is its own.</returns>
    /// <exception cref="LakeLocationException">The text names no place.</exception>
    public (IObjectStore Store, string Local) Open(string location)
    {
        var at = StoreLocation.Parse(location);
        if (at is StoreLocation.Folder folder)
            return (new LocalStore(folder.Path), folder.Path);
        if (location != options.Root && NameOf(options.Root) is var root && at.ToString()!.StartsWith(root + "/", StringComparison.Ordinal))
        {
            var lake = Open(options.Root);
            return (lake.Store.Under(at.ToString()![(root.Length + 1)..]), lake.Local);
        }
        var (store, local, _) = _remote.GetOrAdd(at.ToString()!, name =>
        {
            var (service, prefix) = at is StoreLocation.Azure azure ? ((IObjectService)new AzureBlobs(azure, options), azure.Prefix) : (new S3Objects((StoreLocation.S3)at, options), ((StoreLocation.S3)at).Prefix);
            var home = LocalFolder(name);
            return (new RemoteStore(service, prefix, new(home, options.CacheSize, TimeProvider.System)), home, service);
        });
        return (store, local);
    }

    public void Dispose()
    {
        foreach (var (_, _, service) in _remote.Values)
            (service as IDisposable)?.Dispose();
    }

    private string LocalFolder(string name)
    {
        if (options.LocalFolder is { } given && name == NameOf(options.Root))
            return Path.GetFullPath(given);
        var home = Environment.GetEnvironmentVariable("PLINTH_LOCAL") is { Length: > 0 } set ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "plinth");
        return Path.Combine(Path.GetFullPath(options.LocalFolder ?? home), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16]);
    }
}
