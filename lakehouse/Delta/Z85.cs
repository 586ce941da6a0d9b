using System.Buffers.Binary;

namespace Plinth.Lakehouse.Delta;

/// <summary>ZeroMQ's base 85 (https://rfc.zeromq.org/spec/32/): five characters for four bytes, big-endian.</summary>
/// <remarks>
/// Some writers mark a last group of fewer bytes by leading '#', which no whole group can begin with (its value would pass 32 bits):
/// <c>##abc</c> holds two bytes.
/// </remarks>
internal static class Z85
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    /// <exception cref="FormatException">Another character, a group beyond 32 bits, or a length that is no multiple of five.</exception>
    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        if (text.Length % 5 != 0)
            throw new FormatException($"base 85 text of {text.Length} characters; a multiple of 5 was expected");
        var bytes = new List<byte>(text.Length / 5 * 4);
        Span<byte> four = stackalloc byte[4];
        for (; !text.IsEmpty; text = text[5..])
        {
            var marks = Math.Min(text[..5].IndexOfAnyExcept('#') is var i and >= 0 ? i : 5, 4);
            var value = 0UL;
            foreach (var c in text[marks..5])
            {
                var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
                value = digit < 0 ? throw new FormatException($"'{c}' is not a base 85 character") : (value * 85) + (ulong)digit;
            }
            if (value > uint.MaxValue >> (8 * marks) || marks == 4 || (marks > 0 && text.Length > 5))
                throw new FormatException($"'{text[..5]}' is no base 85 group");
            BinaryPrimitives.WriteUInt32BigEndian(four, (uint)value);
            bytes.AddRange(four[marks..]);
        }
        return [.. bytes];
    }

    /// <param name="bytes">A multiple of four bytes.</param>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length / 4 * 5];
        for (var group = 0; group < bytes.Length / 4; group++)
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(bytes[(group * 4)..]);
            for (var i = 4; i >= 0; i--, value /= 85)
                text[(group * 5) + i] = Alphabet[(int)(value % 85)];
        }
        return new(text);
    }
}
