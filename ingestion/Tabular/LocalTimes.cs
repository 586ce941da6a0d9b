namespace Plinth.Ingestion.Tabular;

/// <summary>Brings wall-clock times of one zone to UTC.</summary>
/// <remarks>An hour that occurs twice (clocks set back) is taken as its first occurrence; an hour that never was (clocks set forward) has no instant.</remarks>
internal sealed class LocalTimes
{
    /// <summary>Zone changes fall on quarters of an hour: inside one the offset is the same.</summary>
    private const long Quarter = 15 * TimeSpan.TicksPerMinute;

    private readonly TimeZoneInfo _zone;
    private long _quarter = -1;
    private long _offset;

    /// <param name="zone">An IANA name, e.g. <c>Asia/Shanghai</c>.</param>
    /// <exception cref="TimeZoneNotFoundException">This machine does not know it.</exception>
    public LocalTimes(string zone) => _zone = TimeZoneInfo.FindSystemTimeZoneById(zone);

    /// <summary>The instant, UTC, cut to microseconds; false where the zone's clocks never showed the time.</summary>
    public bool TryToUtc(DateTime local, out DateTime utc)
    {
        utc = default;
        if (local.Ticks / Quarter != _quarter)
        {
            var wall = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
            if (_zone.IsInvalidTime(wall))
                return false;
            _offset = (_zone.IsAmbiguousTime(wall) ? _zone.GetAmbiguousTimeOffsets(wall).Max() : _zone.GetUtcOffset(wall)).Ticks;
            _quarter = local.Ticks / Quarter;
        }
        return TryInstant(local.Ticks - _offset, out utc);
    }

    /// <summary>An instant from UTC ticks, cut to microseconds; false outside the years 1 to 9999.</summary>
    public static bool TryInstant(long ticks, out DateTime utc)
    {
        var inside = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        utc = inside ? new(ticks - ticks % TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc) : default;
        return inside;
    }
}
