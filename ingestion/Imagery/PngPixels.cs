namespace Plinth.Ingestion.Imagery;

/// <summary>The pixels of a small PNG picture, as far as their opacity goes (PNG specification, clause 9: filters).</summary>
internal static class PngPixels
{
    /// <summary>Whether no pixel has any opacity; null where there are fewer rows than the picture says.</summary>
    /// <param name="rows">As they come out of the compression: a filter's number, then the row. Changed.</param>
    /// <param name="colour">3: palette, 4: grey with alpha, 6: colour with alpha.</param>
    /// <param name="alphas">Opacity of the palette's colours.</param>
    public static bool? AreTransparent(byte[] rows, (int Width, int Height) size, int depth, int colour, byte[] alphas)
    {
        var samples = colour switch { 3 => 1, 4 => 2, _ => 4 };
        var (length, step) = ((size.Width * samples * depth + 7) / 8, Math.Max(1, samples * depth / 8));
        if (rows.Length < (long)(length + 1) * size.Height)
            return null;
        var above = new byte[length].AsSpan();
        for (var y = 0; y < size.Height; y++)
        {
            var row = rows.AsSpan(y * (length + 1) + 1, length);
            Unfilter(rows[y * (length + 1)], row, above, step);
            for (var x = 0; x < size.Width; x++)
                if (Alpha(row, x, depth, colour, alphas) != 0)
                    return false;
            above = row;
        }
        return true;
    }

    private static int Alpha(ReadOnlySpan<byte> row, int x, int depth, int colour, byte[] alphas)
    {
        if (colour != 3)
            return depth == 8 ? row[x * (colour == 4 ? 2 : 4) + (colour == 4 ? 1 : 3)] : row[(x * (colour == 4 ? 2 : 4) + (colour == 4 ? 1 : 3)) * 2];
        var index = depth == 8 ? row[x] : (row[x * depth / 8] >> (8 - depth - x * depth % 8)) & ((1 << depth) - 1);
        return index < alphas.Length ? alphas[index] : 255;
    }

    private static void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var (left, up, corner) = (i >= step ? row[i - step] : 0, above[i], i >= step ? above[i - step] : 0);
            row[i] += filter switch
            {
                1 => (byte)left,
                2 => (byte)up,
                3 => (byte)((left + up) / 2),
                4 => (byte)Paeth(left, up, corner),
                _ => 0,
            };
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (a, b, c) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
