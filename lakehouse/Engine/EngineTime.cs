namespace Plinth.Lakehouse.Engine;

/// <summary>DuckDB's times and .NET's. What .NET cannot hold (<c>infinity</c>, years before 1 or after 9999) becomes the nearest bound.</summary>
internal static class EngineTime
{
    private const long TicksPerMicro = TimeSpan.TicksPerMicrosecond;
    private const long MicrosPerDay = 86_400_000_000;
    private static readonly long EpochTicks = DateTime.UnixEpoch.Ticks;
    private static readonly int EpochDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    private static readonly long LowestMicros = -EpochTicks / TicksPerMicro;
    private static readonly long HighestMicros = (DateTime.MaxValue.Ticks - EpochTicks) / TicksPerMicro;

    public static DateTime FromMicros(long micros, DateTimeKind kind) =>
        micros < LowestMicros ? new(0, kind)
        : micros > HighestMicros ? new(DateTime.MaxValue.Ticks, kind)
        : new(EpochTicks + (micros * TicksPerMicro), kind);

    public static DateTime FromNanos(long nanos, DateTimeKind kind) => nanos switch
    {
        long.MaxValue => new(DateTime.MaxValue.Ticks, kind),
        -long.MaxValue => new(0, kind),
        _ => new(EpochTicks + (nanos / 100) - (nanos % 100 < 0 ? 1 : 0), kind), // a tick is 100 ns
    };

    /// <summary>Scales seconds or milliseconds without overflow.</summary>
    public static DateTime FromUnits(long units, long microsPerUnit, DateTimeKind kind) =>
        FromMicros((long)Int128.Clamp((Int128)units * microsPerUnit, long.MinValue, long.MaxValue), kind);

    public static long ToMicros(DateTime time) => (time.Ticks / TicksPerMicro) - (EpochTicks / TicksPerMicro);

    public static DateOnly FromDays(int days) =>
        days < -EpochDay ? DateOnly.MinValue : days > DateOnly.MaxValue.DayNumber - EpochDay ? DateOnly.MaxValue : DateOnly.FromDayNumber(days + EpochDay);

    public static int ToDays(DateOnly date) => date.DayNumber - EpochDay;

    public static TimeOnly TimeFromMicros(long micros) => micros >= MicrosPerDay ? TimeOnly.MaxValue : new(micros * TicksPerMicro);

    public static long ToMicros(TimeOnly time) => time.Ticks / TicksPerMicro;

    /// <summary>An instant for TIMESTAMP WITH TIME ZONE.</summary>
    /// <exception cref="ArgumentException">The time says neither that it is UTC nor which offset it has.</exception>
    public static long InstantMicros(DateTime time) => time.Kind switch
    {
        DateTimeKind.Utc => ToMicros(time),
        DateTimeKind.Local => ToMicros(time.ToUniversalTime()),
        _ => throw new ArgumentException($"{time:O} has no zone; an instant needs a DateTime of kind Utc or a DateTimeOffset."),
    };

    /// <summary>As DuckDB writes an INTERVAL.</summary>
    public static string IntervalText(int months, int days, long micros)
    {
        var parts = new List<string>(4);
        Add(months / 12, "year");
        Add(months % 12, "month");
        Add(days, "day");
        if (micros != 0 || parts.Count == 0)
            parts.Add(ClockText(micros));
        return string.Join(' ', parts);

        void Add(int count, string unit)
        {
            if (count != 0)
                parts.Add($"{count} {unit}{(count is 1 or -1 ? "" : "s")}");
        }
    }

    /// <summary><c>hh:mm:ss[.ffffff]</c>, hours beyond 24 too.</summary>
    public static string ClockText(long micros)
    {
        var size = UInt128.CreateChecked(Int128.Abs(micros));
        var seconds = (ulong)(size / 1_000_000);
        var fraction = (ulong)(size % 1_000_000);
        var text = $"{(micros < 0 ? "-" : "")}{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}";
        return fraction == 0 ? text : $"{text}.{fraction:000000}".TrimEnd('0');
    }

    /// <summary>TIME WITH TIME ZONE: 40 bits of microseconds, 24 bits of (57,599 − offset in seconds).</summary>
    public static string TimeTzText(ulong bits)
    {
        var offset = 57_599 - (int)(bits & 0xFF_FFFF);
        var size = Math.Abs(offset);
        var text = $"{ClockText((long)(bits >> 24))}{(offset < 0 ? '-' : '+')}{size / 3600:00}";
        return size % 3600 == 0 ? text : size % 60 == 0 ? $"{text}:{size / 60 % 60:00}" : $"{text}:{size / 60 % 60:00}:{size % 60:00}";
    }
}
