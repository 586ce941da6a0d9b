namespace Plinth.Lakehouse.Raw;

/// <summary>Originals, stored once under the SHA-256 of their content: <c>raw/sha256/ab/cd…</c>. Never changed, never overwritten.</summary>
public sealed class RawZone
{
    internal RawZone(string root) => _root = root;

    private readonly string _root;

    /// <summary>Stores a file as it is; the same content twice changes nothing.</summary>
    public ValueTask<RawObject> PutAsync(string file, CancellationToken cancellationToken = default) => throw new NotImplementedException(_root);

    /// <summary>The hash of a file without storing it (lower-case hex).</summary>
    public static ValueTask<string> HashAsync(string file, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Whether the content is here.</summary>
    public bool Contains(string sha256) => throw new NotImplementedException();

    /// <summary>Where the content lies on this machine.</summary>
    /// <exception cref="FileNotFoundException">It is not here.</exception>
    public string PathOf(string sha256) => throw new NotImplementedException();
}

/// <summary>One original.</summary>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Added">False when it was there already.</param>
public sealed record RawObject(string Sha256, long Size, string Path, bool Added);
