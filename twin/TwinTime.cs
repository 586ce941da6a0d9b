namespace Plinth.Twin;

/// <summary>Which city is meant: as it was at <paramref name="ValidAt"/>, as far as the system knew at <paramref name="KnownAt"/>.</summary>
/// <param name="ValidAt">An instant of the real world; rows hold in <c>[valid_from, valid_to)</c>. Null asks for everything whenever it held.</param>
/// <param name="KnownAt">An instant of the system's knowledge; rows hold in <c>[recorded_from, recorded_to)</c>. Null asks for the newest knowledge.</param>
public readonly record struct TwinTime(DateTimeOffset? ValidAt = null, DateTimeOffset? KnownAt = null);
