namespace Plinth.Ingestion.Bulk;

/// <summary>Whole lines of a large file in memory.</summary>
/// <param name="Number">From 1: the part of the file that it becomes.</param>
/// <param name="Start">Where its lines begin in the buffer.</param>
/// <param name="FirstLine">Line number of its first line, from 1.</param>
internal sealed record Stretch(byte[] Buffer, int Start, int Length, long FirstLine, int Number, bool Last)
{
    public ReadOnlySpan<byte> Bytes => Buffer.AsSpan(Start, Length);
}

/// <summary>Cuts a file into stretches that end with a line, always at the same places. One buffer serves all: a stretch is valid until the next.</summary>
internal sealed class StretchReader(string path, int size) : IDisposable
{
    /// <summary>Bytes of a stretch. Fixed: a rerun must cut a file at the same places.</summary>
    public const int Size = 64 << 20;

    private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
    private readonly byte[] _buffer = new byte[size];
    private int _kept;
    private int _from;
    private int _number;
    private long _line = 1;

    /// <summary>Bytes of the file that were read.</summary>
    public long Position => _file.Position;

    /// <summary>Bytes of the file.</summary>
    public long Length => _file.Length;

    /// <summary>The next stretch, or null at the end.</summary>
    /// <exception cref="SourceFormatException">A line is longer than a stretch.</exception>
    public Stretch? Next()
    {
        if (_kept > 0)
            Buffer.BlockCopy(_buffer, _from, _buffer, 0, _kept);
        var filled = _kept + _file.ReadAtLeast(_buffer.AsSpan(_kept), _buffer.Length - _kept, throwOnEndOfStream: false);
        if (filled == 0)
            return null;
        var last = _file.Position >= _file.Length;
        var start = _number == 0 && _buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8) ? 3 : 0;
        var end = last ? filled : _buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
        if (end == 0)
            throw new SourceFormatException(Path.GetFileName(path), $"its line {_line} is longer than {_buffer.Length} bytes", "lines that end");
        (_from, _kept) = (end, filled - end);
        var stretch = new Stretch(_buffer, start, end - start, _line, ++_number, last);
        _line += stretch.Bytes.Count((byte)'\n');
        return stretch;
    }

    public void Dispose() => _file.Dispose();
}
