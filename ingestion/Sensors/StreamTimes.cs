using System.Globalization;
using Plinth.Catalog;

namespace Plinth.Ingestion.Sensors;

/// <summary>What the times of a stream's values say of their quality, where the layout's setting <c>cadence</c> gives the seconds from one value to the next.</summary>
/// <remarks>
/// Within a file, per datastream, in this order: <c>late</c>: the time is before that of a row above; <c>drift</c>: it lies more than a tenth of the cadence off the beat that the stream's first
/// value began; <c>gap</c>: more than one and a half cadences went by without a value before it. A quality that the source gives stays.
/// </remarks>
internal sealed class StreamTimes
{
    private readonly long _cadence;
    private readonly Dictionary<string, (DateTime First, DateTime Newest)> _streams = new(StringComparer.Ordinal);

    private StreamTimes(long cadence) => _cadence = cadence;

    /// <summary>Null where the layout gives no cadence.</summary>
    /// <exception cref="ContractException">The cadence is no number of seconds.</exception>
    public static StreamTimes? For(SourceContract contract) => contract.Settings.GetValueOrDefault("cadence") is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e9 ? new((long)(seconds * TimeSpan.TicksPerSecond))
        : throw new ContractException(contract.Name, [$"setting 'cadence' is '{text}'; write the seconds from one value of a stream to the next, e.g. cadence: 300"]);

    /// <summary>What is wrong with the next value's time, or null.</summary>
    public string? Next(string urn, DateTime time)
    {
        if (!_streams.TryGetValue(urn, out var stream))
        {
            _streams.Add(urn, (time, time));
            return null;
        }
        if (time < stream.Newest)
            return "late";
        _streams[urn] = (stream.First, time);
        var off = (time - stream.First).Ticks % _cadence;
        return Math.Min(off, _cadence - off) > _cadence / 10 ? "drift" : (time - stream.Newest).Ticks > _cadence * 3 / 2 ? "gap" : null;
    }
}
