using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Plinth.Catalog.Access;

/// <summary>API keys: <c>plk_</c> and 256 random bits. A key of that size needs no slow hash; the salt makes equal keys look different.</summary>
internal static class ApiKey
{
    public const string Prefix = "plk_";

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static (byte[] Salt, byte[] Hash) Seal(string key)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return (salt, Hash(salt, key));
    }

    /// <summary>Takes as long for a wrong key as for the right one.</summary>
    public static bool Matches(string key, byte[] salt, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(salt, key), hash);

    private static byte[] Hash(byte[] salt, string key) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(key)]);
}
