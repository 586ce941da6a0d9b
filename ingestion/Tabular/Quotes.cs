namespace Plinth.Ingestion.Tabular;

/// <summary>Quotes in delimited text, as characters or as bytes.</summary>
internal static class Quotes
{
    /// <summary>A quoted field's text: of each pair of quotes one stays. It lies in <paramref name="buffer"/> until the next call.</summary>
    public static ReadOnlySpan<T> Undouble<T>(ReadOnlySpan<T> raw, T quote, ref T[] buffer) where T : unmanaged, IEquatable<T>
    {
        if (buffer.Length < raw.Length)
            buffer = new T[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            buffer[length++] = raw[i];
            if (raw[i].Equals(quote))
                i++;
        }
        return buffer.AsSpan(0, length);
    }
}
