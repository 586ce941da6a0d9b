namespace Plinth.Lakehouse.Delta;

/// <summary>ZeroMQ's base 85 (https://rfc.zeromq.org/spec/32/): five characters for four bytes, big-endian.</summary>
internal static class Z85
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    /// <exception cref="FormatException">Another character, or a length that is no multiple of five.</exception>
    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        if (text.Length % 5 != 0)
            throw new FormatException($"base 85 text of {text.Length} characters; a multiple of 5 was expected");
        var bytes = new byte[text.Length / 5 * 4];
        for (var i = 0; i < text.Length / 5; i++)
        {
            var value = 0UL;
            foreach (var c in text.Slice(i * 5, 5))
            {
                var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
                if (digit < 0)
                    throw new FormatException($"'{c}' is not a base 85 character");
                value = (value * 85) + (ulong)digit;
            }
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), (uint)value);
        }
        return bytes;
    }
}
