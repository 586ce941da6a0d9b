using System.Text;
using Plinth.Ingestion.Sensors;

namespace Plinth.Ingestion.Bulk;

/// <summary>Reads the lines of a segment. One a thread; it remembers what it has seen, so that the next segment is faster.</summary>
internal sealed class SegmentReader
{
    private const int LongestLine = 1 << 20;

    private readonly BulkPlan _plan;
    private readonly ILineFields _line;
    private readonly BulkColumn[] _columns;
    private readonly NameTable.View _streams;
    private readonly List<SensorStream?> _known = [];
    private readonly int _result;
    private byte[] _key = new byte[256];

    public SegmentReader(BulkPlan plan)
    {
        _plan = plan;
        (_line, _columns, _streams) = (plan.NewLine(), plan.NewColumns(new(plan.Texts)), new(plan.Streams));
        _result = plan.Mapped.FindIndex(c => c.Name == "result");
    }

    /// <param name="skipFirst">The first line that is not blank is the heading.</param>
    public void Read(ReadOnlySpan<byte> bytes, Segment into, bool skipFirst)
    {
        into.Clear(bytes.Count((byte)'\n') + 1);
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            var number = into.LineCount++;
            if (line.Length > 0 && line[^1] == '\r')
                line = line[..^1];
            if (line.IsEmpty || line.Trim(" \t\r"u8).IsEmpty)
                continue;
            if (skipFirst)
                skipFirst = false;
            else
                Add(line, number, into);
        }
    }

    private void Add(ReadOnlySpan<byte> line, int number, Segment into)
    {
        if (line.Length > LongestLine)
        {
            Reject(into, number, $"is longer than {LongestLine} characters");
            return;
        }
        if (_line.Read(line) is { } fault)
        {
            Reject(into, number, fault);
            return;
        }
        var row = into.Count;
        for (var i = 0; i < _columns.Length; i++)
        {
            into.Columns[i][row] = _columns[i].Convert(_line.Field(line, i), out var problem);
            if (problem is null)
                continue;
            into.Rejected.Add(new(number, _columns[i].From, BulkColumn.Text(_line.Field(line, i)), problem)); // worded when the line's number is known
            return;
        }
        var code = StreamOf(line, out var noStream);
        if (noStream is not null)
        {
            Reject(into, number, noStream);
            return;
        }
        if (_result >= 0 && _known[code] is { Converts: true } stream && into.Columns[_result][row] is var bits && bits != BulkColumn.Null)
            into.Columns[_result][row] = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(bits) * stream.Factor + stream.Offset + 0.0);
        foreach (var required in _plan.Required)
            if (Array.IndexOf(_plan.Targets, required) is var at && at >= 0 && into.Columns[at][row] == BulkColumn.Null)
            {
                Reject(into, number, $"gives no {_plan.Dataset.Columns[required].Name}, which {_plan.Dataset.Table} requires");
                return;
            }
        into.Columns[^1][row] = code;
        into.Lines[row] = number;
        into.Count++;
    }

    /// <summary>The number of the line's stream.</summary>
    private int StreamOf(ReadOnlySpan<byte> line, out string? problem)
    {
        var length = 0;
        for (var i = _columns.Length; i < _columns.Length + 3; i++) // thing, property, unit, with NUL between them
        {
            var text = _line.Field(line, i).Trim(" \t"u8);
            if (_key.Length < length + text.Length + 1)
                Array.Resize(ref _key, (length + text.Length + 1) * 2);
            text.CopyTo(_key.AsSpan(length));
            length += text.Length;
            if (i < _columns.Length + 2)
                _key[length++] = 0;
        }
        var code = _streams.CodeOf(_key.AsSpan(0, length));
        while (_known.Count <= code)
            _known.Add(null);
        problem = null;
        if (_known[code] is null && (_plan.StreamOf(_plan.Streams.Name(code), out problem) is { } stream))
            _known[code] = stream;
        return code;
    }

    private static void Reject(Segment into, int number, string problem) => into.Rejected.Add(new(number, null, null, problem));
}
