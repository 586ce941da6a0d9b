using System.Text;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Bulk;

/// <summary>How one column of the source becomes one column of the dataset, out of bytes. One a thread.</summary>
/// <remarks>Each value is 64 bits: a time's microseconds since 1970, a number's bits, a whole number, a text's number in the table of names; <see cref="Null"/> for nothing.</remarks>
internal sealed class BulkColumn(SourceColumn column, FieldConverter careful, LocalTimes times, NameTable.View names, bool hidden)
{
    public const long Null = long.MinValue;

    private readonly QuickTime?[] _formats = [.. careful.Formats.Select(QuickTime.Compile)];
    private readonly bool _plain = column.Pattern is null;
    private readonly byte[][] _nulls = column.NullValues.IsDefaultOrEmpty ? [] : [.. column.NullValues.Select(v => Encoding.UTF8.GetBytes(v.Trim()))];
    private int _format;

    public string From => column.From!;

    public bool Hidden => hidden;

    /// <summary>The value, or why there is none.</summary>
    public long Convert(ReadOnlySpan<byte> text, out string? problem)
    {
        problem = null;
        if (text.Length > 0 && (text[0] <= ' ' || text[^1] <= ' '))
            text = text.Trim(" \t"u8);
        if (text.IsEmpty || IsNull(text))
        {
            if (column.Required)
                problem = FieldConverter.Missing;
            return Null;
        }
        return _plain && Quick(text, out var value) ? value : Careful(text, out problem);
    }

    private bool Quick(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        switch (careful.Target)
        {
            case FieldConverter.Kind.Number:
                if (!QuickNumber.TryDouble(text, out var number) || !(number >= (column.Minimum ?? double.MinValue) && number <= (column.Maximum ?? double.MaxValue)))
                    return false;
                value = Bits(number * (column.Factor ?? 1));
                return true;
            case FieldConverter.Kind.Long or FieldConverter.Kind.Integer:
                return QuickNumber.TryLong(text, out value) && value >= (column.Minimum ?? double.MinValue) && value <= (column.Maximum ?? double.MaxValue)
                    && (careful.Target == FieldConverter.Kind.Long || value is >= int.MinValue and <= int.MaxValue);
            case FieldConverter.Kind.Time:
                return Time(text, out value);
            case FieldConverter.Kind.Text when !text.Contains((byte)0):
                if (text.IndexOfAnyInRange((byte)0x80, (byte)0xFF) >= 0)
                    return false;
                value = names.CodeOf(text);
                return true;
            default:
                return false;
        }
    }

    private bool Time(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        for (var i = 0; i < _formats.Length; i++)
        {
            var at = (_format + i) % _formats.Length;
            if (_formats[at] is not { } format)
            {
                if (i == 0)
                    return false;
                continue;
            }
            if (!format.TryRead(text, out var ticks, out var offset))
                continue;
            if (at != _format && _formats.Length > 1 && careful.Formats.Count > 1 && at > 0 && !First(text, at))
                return false; // an earlier format may take it too: the careful way decides
            _format = at;
            if (offset is { } shift)
            {
                if (!LocalTimes.TryInstant(ticks - shift, out var instant))
                    return false;
                value = Micros(instant);
                return true;
            }
            if (!times.TryToUtc(new(ticks), out var utc))
                return false;
            value = Micros(utc);
            return true;
        }
        return false;
    }

    /// <summary>Whether no format before it takes the text.</summary>
    private bool First(ReadOnlySpan<byte> text, int at)
    {
        for (var i = 0; i < at; i++)
            if (_formats[i] is not { } format || format.TryRead(text, out _, out _))
                return false;
        return true;
    }

    private long Careful(ReadOnlySpan<byte> text, out string? problem) => careful.Convert(Text(text).AsSpan(), out problem) switch
    {
        double number => Bits(number),
        long whole => whole == Null ? Null + 1 : whole,
        int whole => whole,
        bool flag => flag ? 1 : 0,
        DateTime time => Micros(time),
        string name => names.CodeOf(Encoding.UTF8.GetBytes(name)),
        _ => Null,
    };

    /// <summary>The text as the careful way would have it.</summary>
    public static string Text(ReadOnlySpan<byte> utf8) => TextFile.Utf8.GetString(utf8);

    private bool IsNull(ReadOnlySpan<byte> text)
    {
        foreach (var value in _nulls)
            if (text.SequenceEqual(value))
                return true;
        return false;
    }

    private static long Micros(DateTime utc) => (utc.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value == 0 ? 0.0 : value); // -0.0 would be Null
}
