namespace Plinth.Ingestion.Bulk;

/// <summary>Times of the forms that logs have, out of their bytes: a .NET format is compiled once. What does not fit to the letter is left to the careful way.</summary>
internal sealed class QuickTime
{
    private const string Known = "yMdHmsf";
    private readonly List<(char Part, int Least, int Most)> _steps;

    private QuickTime(List<(char, int, int)> steps) => _steps = steps;

    /// <summary>Null where the format has parts that only the careful way knows.</summary>
    public static QuickTime? Compile(string format)
    {
        var steps = new List<(char, int, int)>();
        for (var at = 0; at < format.Length;)
        {
            var part = format[at];
            var count = 1;
            while (at + count < format.Length && format[at + count] == part)
                count++;
            if (part == '\'')
            {
                var close = format.IndexOf('\'', at + 1);
                if (close < 0)
                    return null;
                for (var i = at + 1; i < close; i++)
                    steps.Add((format[i], 0, 0));
                at = close + 1;
                continue;
            }
            if (part is 'F' or 'K')
                steps.Add((part, 0, part == 'F' ? count : 1));
            else if (Known.Contains(part) && (part == 'y' ? count == 4 : part == 'f' || count <= 2))
                steps.Add((part, count, count == 1 && part != 'f' ? 2 : count));
            else if (char.IsAsciiLetter(part) || part > 127)
                return null;
            else
                for (var i = 0; i < count; i++)
                    steps.Add((part, 0, 0));
            at += count;
        }
        return new(steps);
    }

    /// <summary>The time as ticks on the clock; with its offset from UTC where the text has one.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out long ticks, out long? offset)
    {
        (ticks, offset) = (0, null);
        int year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0, at = 0;
        long fraction = 0;
        for (var s = 0; s < _steps.Count; s++)
        {
            var (part, least, most) = _steps[s];
            if (most == 0)
            {
                var fractionIsNext = part == '.' && s + 1 < _steps.Count && _steps[s + 1].Part == 'F';
                if (at < text.Length && text[at] == part)
                    at++;
                else if (!fractionIsNext)
                    return false; // .NET leaves the point out where no digit of 'F' follows
                continue;
            }
            if (part == 'K')
            {
                if (!Offset(text[at..], out offset, out var used))
                    return false;
                at += used;
                continue;
            }
            var (value, digits) = (0, 0);
            while (digits < most && at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9')
            {
                value = value * 10 + text[at++] - '0';
                digits++;
            }
            if (digits < least)
                return false;
            switch (part)
            {
                case 'y': year = value; break;
                case 'M': month = value; break;
                case 'd': day = value; break;
                case 'H': hour = value; break;
                case 'm': minute = value; break;
                case 's': second = value; break;
                default:
                    fraction = value;
                    for (; digits < 7; digits++)
                        fraction *= 10;
                    break;
            }
        }
        if (at != text.Length || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        ticks = new DateTime(year, month, day).Ticks + ((hour * 60L + minute) * 60 + second) * TimeSpan.TicksPerSecond + fraction;
        return true;
    }

    private static bool Offset(ReadOnlySpan<byte> text, out long? offset, out int used)
    {
        (offset, used) = (null, 0);
        if (text.IsEmpty)
            return true;
        if (text[0] == 'Z')
        {
            (offset, used) = (0, 1);
            return true;
        }
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':' || !QuickNumber.TryLong(text[1..3], out var hours) || !QuickNumber.TryLong(text[4..6], out var minutes) || hours > 14 || minutes > 59)
            return false;
        (offset, used) = ((hours * 60 + minutes) * TimeSpan.TicksPerMinute * (text[0] == '-' ? -1 : 1), 6);
        return true;
    }
}
