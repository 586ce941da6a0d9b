using System.Security.Cryptography;
using System.Text;

namespace Plinth.Ingestion;

/// <summary>The pseudonym of a value under a key: <c>p:</c> and the first half of HMAC-SHA256 in hexadecimal. Remembers the values it had last. One thread at a time.</summary>
internal sealed class KeyedHash(byte[] key) : IDisposable
{
    private const int Slots = 4096, Kept = 16, Short = 256;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    private readonly (string? Value, string Name)[] _recent = new (string?, string)[Slots];

    public string Of(string value)
    {
        ref var slot = ref _recent[value.GetHashCode(StringComparison.Ordinal) & (Slots - 1)];
        if (slot.Value != value)
            slot = (value, Name(value));
        return slot.Name;
    }

    public void Dispose() => _hash.Dispose();

    private string Name(string value)
    {
        Span<byte> utf8 = stackalloc byte[Short * 3], hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        _hash.AppendData(value.Length <= Short ? utf8[..Encoding.UTF8.GetBytes(value, utf8)] : Encoding.UTF8.GetBytes(value));
        _hash.GetHashAndReset(hash);
        return string.Create(2 + 2 * Kept, hash[..Kept], static (name, bytes) =>
        {
            (name[0], name[1]) = ('p', ':');
            Convert.TryToHexStringLower(bytes, name[2..], out _);
        });
    }
}
