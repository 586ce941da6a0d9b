namespace Plinth.Ingestion.Bulk;

/// <summary>Whether a field of delimited text holds a line end: such a file is not a line a row, and is read the careful way.</summary>
internal static class QuotedLineEnds
{
    /// <summary>Looks at the whole file. A quote inside a field without quotes may give a false yes, never a false no.</summary>
    public static bool In(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        var buffer = new byte[1 << 20];
        var inside = false;
        for (int read; (read = file.Read(buffer)) > 0;)
            if (Crosses(buffer.AsSpan(0, read), ref inside))
                return true;
        return false;
    }

    /// <param name="inside">Whether a quote is open.</param>
    internal static bool Crosses(ReadOnlySpan<byte> bytes, ref bool inside)
    {
        for (int at; (at = bytes.IndexOf((byte)'"')) >= 0; bytes = bytes[(at + 1)..])
        {
            if (inside && bytes[..at].Contains((byte)'\n'))
                return true;
            inside = !inside;
        }
        return inside && bytes.Contains((byte)'\n');
    }
}
