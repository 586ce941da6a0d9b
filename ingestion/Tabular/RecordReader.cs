namespace Plinth.Ingestion.Tabular;

/// <summary>Reads delimited text record by record (RFC 4180): quoted fields may hold the delimiter, line ends and doubled quotes.</summary>
/// <remarks>
/// Line ends are CR LF, LF or CR alone. A blank line is no record. Fields are spans into the buffer, valid until the next <see cref="Read"/>.
/// A quote that is never closed costs its own line only: reading goes on with the line after it.
/// </remarks>
internal sealed class RecordReader(TextReader text, char delimiter, int longestRecord = RecordReader.LongestRecord)
{
    /// <summary>Characters that one record may have.</summary>
    internal const int LongestRecord = 1 << 20;

    private readonly List<Field> _fields = [];
    private char[] _buffer = new char[32 * 1024];
    private char[] _unquoted = [];
    private int _start;
    private int _end;
    private int _length;
    private bool _atEnd;
    private bool _inOverlongLine;
    private long _nextLine = 1;

    /// <summary>Line on which the record begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Fields in the record; 0 where <see cref="Fault"/> says why it has none.</summary>
    public int Count => Fault is null ? _fields.Count : 0;

    /// <summary>What is wrong with the record as a whole, as the end of a sentence that begins with file and line; null where it is well formed.</summary>
    public string? Fault { get; private set; }

    /// <summary>A field without its quotes.</summary>
    public ReadOnlySpan<char> this[int index]
    {
        get
        {
            var field = _fields[index];
            var raw = _buffer.AsSpan(_start - _length + field.Offset, field.Length);
            return field.Doubled ? Quotes.Undouble(raw, '"', ref _unquoted) : raw;
        }
    }

    /// <summary>Goes to the next record that is not blank; false at the end.</summary>
    public bool Read()
    {
        while (true)
        {
            if ((_start == _end && !Fill()) || (_inOverlongLine && !SkipLine()))
                return false;
            if (_start == _end)
                continue;
            var record = Scan();
            if (record.Outcome == Outcome.NeedsMore)
            {
                if (!_atEnd && _end - _start < longestRecord)
                {
                    Fill();
                    continue;
                }
                record = GiveUp(record.InQuotes);
            }
            Line = _nextLine;
            _nextLine += record.Lines;
            _start += record.Length;
            _length = record.Length;
            Fault = record.Fault;
            if (Fault is not null || _fields.Count > 1 || !this[0].IsWhiteSpace())
                return true;
        }
    }

    private Record Scan()
    {
        _fields.Clear();
        var span = _buffer.AsSpan(_start, _end - _start);
        string? fault = null;
        int at = 0, lines = 0;
        while (true)
        {
            Field field;
            if (at < span.Length && span[at] == '"')
            {
                var close = Quoted(span, at + 1, ref lines, out var doubled);
                if (close < 0)
                    return new(Outcome.NeedsMore, 0, 0, null, InQuotes: true);
                field = new(at + 1, close - at - 1, doubled);
                at = close + 1;
                if (at < span.Length && span[at] != delimiter && span[at] is not ('\r' or '\n'))
                    fault ??= "has text after a closing quote; write a quote inside a quoted field twice";
            }
            else
            {
                field = new(at, 0, false);
            }
            var stop = span[at..].IndexOfAny(delimiter, '\r', '\n');
            if (stop < 0 && !_atEnd)
                return new(Outcome.NeedsMore, 0, 0, null, InQuotes: false);
            var length = stop < 0 ? span.Length - at : stop;
            if (field.Offset == at)
                field = field with { Length = length };
            at += length;
            _fields.Add(field);
            if (at == span.Length)
                return new(Outcome.Complete, at, lines + 1, fault, false);
            if (span[at] == delimiter)
            {
                at++;
                continue;
            }
            if (span[at] == '\r' && at + 1 == span.Length && !_atEnd)
                return new(Outcome.NeedsMore, 0, 0, null, InQuotes: false); // an LF may follow
            at += LineEnd(span[at..]);
            return new(Outcome.Complete, at, lines + 1, fault, false);
        }
    }

    /// <summary>Position of the closing quote, or -1.</summary>
    private static int Quoted(ReadOnlySpan<char> span, int at, ref int lines, out bool doubled)
    {
        doubled = false;
        while (true)
        {
            var step = span[at..].IndexOfAny('"', '\r', '\n');
            if (step < 0)
                return -1;
            at += step;
            if (span[at] == '"')
            {
                if (at + 1 >= span.Length || span[at + 1] != '"')
                    return at;
                doubled = true;
                at += 2;
                continue;
            }
            if (span[at] == '\r' && at + 1 < span.Length && span[at + 1] == '\n')
                at++;
            lines++;
            at++;
        }
    }

    /// <summary>The record has no end within bounds: its first line is the fault, the next line a new record.</summary>
    private Record GiveUp(bool inQuotes)
    {
        _fields.Clear();
        var span = _buffer.AsSpan(_start, _end - _start);
        var stop = span.IndexOfAny('\r', '\n');
        var length = stop < 0 ? span.Length : stop + LineEnd(span[stop..]);
        _inOverlongLine = stop < 0 && !_atEnd;
        return new(Outcome.Complete, length, stop < 0 ? 0 : 1, inQuotes
            ? "opens a quote that is not closed"
            : $"is longer than {longestRecord} characters", inQuotes);
    }

    /// <summary>Leaves out the rest of a line that was given up; false at the end.</summary>
    private bool SkipLine()
    {
        while (true)
        {
            var span = _buffer.AsSpan(_start, _end - _start);
            var stop = span.IndexOfAny('\r', '\n');
            if (stop >= 0 && (stop + 1 < span.Length || _atEnd))
            {
                _start += stop + LineEnd(span[stop..]);
                _nextLine++;
                _inOverlongLine = false;
                return true;
            }
            _start += stop < 0 ? span.Length : stop;
            if (!Fill() && _start == _end)
                return false;
        }
    }

    private static int LineEnd(ReadOnlySpan<char> from) => from is ['\r', '\n', ..] ? 2 : 1;

    /// <summary>Reads on; false when there is nothing more.</summary>
    private bool Fill()
    {
        if (_atEnd)
            return false;
        var kept = _end - _start;
        if (kept == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        if (_start > 0)
            _buffer.AsSpan(_start, kept).CopyTo(_buffer);
        (_start, _end) = (0, kept);
        var read = text.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
        return read > 0;
    }

    private enum Outcome { Complete, NeedsMore }

    private readonly record struct Field(int Offset, int Length, bool Doubled);

    private readonly record struct Record(Outcome Outcome, int Length, int Lines, string? Fault, bool InQuotes);
}
