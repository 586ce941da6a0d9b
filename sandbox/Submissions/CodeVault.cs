using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Plinth.Sandbox.Intake;

namespace Plinth.Sandbox.Submissions;

/// <summary>Submissions at rest: one sealed file each, named after the hash of what is in it. Opened into memory only, and from there into memory of a run alone.</summary>
/// <remarks>
/// AES-256-GCM. Each submission has a key of its own, which lies in the file's head sealed by the vault's key; content follows in parts of 1 MiB, each bound to the submission, its number and whether it is the last,
/// so that parts cannot be moved, left out or taken from another submission. Who holds both the vault's key and the sealed files can read them: keep the key on another disk, or in a secret store mounted as a file.
/// </remarks>
internal sealed class CodeVault(string folder, string keyFile)
{
    private const int KeyBytes = 32, TagBytes = 16, NonceBytes = 12, Part = 1 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly byte[] Magic = "PLSEAL1\n"u8.ToArray();

    /// <summary>Where a submission lies.</summary>
    public string PathOf(string content) => Path.Combine(folder, content + ".sealed");

    /// <summary>Seals the files of a folder, unless they are there already; the file appears whole or not at all.</summary>
    public void Seal(string content, string source)
    {
        if (File.Exists(PathOf(content)))
            return;
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        var staging = Path.Combine(folder, $".{Guid.NewGuid():n}");
        using (var file = new FileStream(staging, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            Write(file, content, Pack(source));
        File.Move(staging, PathOf(content), overwrite: true);
    }

    /// <summary>Files of a submission by relative path.</summary>
    /// <exception cref="InvalidDataException">It was changed, or sealed under another key, or is not what its name says.</exception>
    public SortedDictionary<string, byte[]> Open(string content)
    {
        try
        {
            var files = Unpack(Read(File.ReadAllBytes(PathOf(content)), content));
            var hashes = new SortedDictionary<string, string>(files.ToDictionary(file => file.Key, file => Convert.ToHexStringLower(SHA256.HashData(file.Value))), StringComparer.Ordinal);
            if (SubmissionIntake.ContentHash(hashes) == content)
                return files;
        }
        catch (Exception e) when (e is CryptographicException or EndOfStreamException or ArgumentException or FileNotFoundException)
        {
            // told below
        }
        throw new InvalidDataException($"The stored submission {content} was changed after it was taken in, or '{Path.GetFileName(keyFile)}' is not the key that it was sealed with; it is not run.");
    }

    private void Write(Stream file, string content, byte[] plain)
    {
        var (key, wrapNonce, wrapped, tag) = (RandomNumberGenerator.GetBytes(KeyBytes), RandomNumberGenerator.GetBytes(NonceBytes), new byte[KeyBytes], new byte[TagBytes]);
        using (var vault = new AesGcm(Key(), TagBytes))
            vault.Encrypt(wrapNonce, key, wrapped, tag, Encoding.ASCII.GetBytes(content));
        file.Write([.. Magic, .. wrapNonce, .. wrapped, .. tag]);
        using var cipher = new AesGcm(key, TagBytes);
        var count = Math.Max(1, (plain.Length + Part - 1) / Part);
        for (var i = 0; i < count; i++)
        {
            var part = plain.AsSpan(i * Part, Math.Min(Part, plain.Length - i * Part));
            var sealedPart = new byte[part.Length];
            cipher.Encrypt(Nonce(i), part, sealedPart, tag, Bound(content, i, i == count - 1));
            file.Write(sealedPart);
            file.Write(tag);
        }
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(plain);
    }

    private byte[] Read(byte[] file, string content)
    {
        var head = Magic.Length + NonceBytes + KeyBytes + TagBytes;
        if (file.Length < head + TagBytes || !file.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new CryptographicException("not a sealed file");
        var rest = file.AsSpan(Magic.Length);
        var key = new byte[KeyBytes];
        using (var vault = new AesGcm(Key(), TagBytes))
            vault.Decrypt(rest[..NonceBytes], rest.Slice(NonceBytes, KeyBytes), rest.Slice(NonceBytes + KeyBytes, TagBytes), key, Encoding.ASCII.GetBytes(content));
        using var cipher = new AesGcm(key, TagBytes);
        var body = file.AsSpan(head);
        using var plain = new MemoryStream(body.Length);
        for (var i = 0; body.Length > 0 || i == 0; i++)
        {
            var length = Math.Min(Part + TagBytes, body.Length);
            var part = new byte[length - TagBytes];
            cipher.Decrypt(Nonce(i), body[..(length - TagBytes)], body.Slice(length - TagBytes, TagBytes), part, Bound(content, i, length == body.Length));
            plain.Write(part);
            body = body[length..];
        }
        CryptographicOperations.ZeroMemory(key);
        return plain.ToArray();
    }

    private static byte[] Nonce(int part)
    {
        var nonce = new byte[NonceBytes]; // a key is used for one file alone, so the part's number never repeats under it
        BinaryPrimitives.WriteInt32BigEndian(nonce, part);
        return nonce;
    }

    private static byte[] Bound(string content, int part, bool last) => Encoding.ASCII.GetBytes(FormattableString.Invariant($"{content}/{part}/{(last ? "last" : "more")}"));

    /// <summary>The vault's key; made at first use, readable by the service's user alone.</summary>
    private byte[] Key()
    {
        if (!File.Exists(keyFile))
            MakeKey();
        var key = File.ReadAllBytes(keyFile);
        return key.Length == KeyBytes ? key : throw new InvalidDataException($"'{keyFile}' is not a key of {KeyBytes} bytes; put back the one that submissions were sealed with.");
    }

    private void MakeKey()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(keyFile)!);
        var staging = $"{keyFile}.{Guid.NewGuid():n}";
        using (var file = new FileStream(staging, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            file.Write(RandomNumberGenerator.GetBytes(KeyBytes));
        try
        {
            File.Move(staging, keyFile, overwrite: false); // another process may have been first: its key stays
        }
        catch (IOException) when (File.Exists(keyFile))
        {
            File.Delete(staging);
        }
    }

    private static byte[] Pack(string source)
    {
        using var packed = new MemoryStream();
        using var writer = new BinaryWriter(packed, Encoding.UTF8);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var bytes = File.ReadAllBytes(file);
            writer.Write(Path.GetRelativePath(source, file));
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
        return packed.ToArray();
    }

    private static SortedDictionary<string, byte[]> Unpack(byte[] packed)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using var reader = new BinaryReader(new MemoryStream(packed), Encoding.UTF8);
        while (reader.BaseStream.Position < packed.Length)
            files.Add(reader.ReadString(), reader.ReadBytes(reader.ReadInt32()));
        return files;
    }
}
