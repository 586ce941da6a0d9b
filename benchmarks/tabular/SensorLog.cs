using System.Globalization;
using System.Text;

namespace Plinth.Benchmarks.Tabular;

/// <summary>A made log of detectors as a radar gateway writes it: out of order within a minute, some repeats, some bad rows.</summary>
internal static class SensorLog
{
    internal static void Write(string path, long rows, bool json)
    {
        var random = new Random(20261122);
        var start = new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Unspecified);
        var properties = new[] { "speed", "flow", "occupancy" };
        using var text = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        if (!json)
            text.Write("detector,parameter,time,value,quality\n");
        for (var i = 0L; i < rows; i++)
        {
            var detector = random.Next(646);
            var property = properties[random.Next(3)];
            var time = start.AddMilliseconds(i * 12 + random.Next(60_000)).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
            var value = i % 100_000 == 77 ? "n/a" : (random.Next(12_000) / 100.0).ToString("0.00", CultureInfo.InvariantCulture);
            var quality = random.Next(50) == 0 ? "suspect" : "";
            if (json)
                text.Write(string.Create(CultureInfo.InvariantCulture, $"{{\"detector\":\"R{detector:0000}\",\"parameter\":\"{property}\",\"time\":\"{time}\",\"value\":{(value == "n/a" ? "\"n/a\"" : value)},\"quality\":{(quality.Length == 0 ? "null" : "\"suspect\"")}}}\n"));
            else
                text.Write(string.Create(CultureInfo.InvariantCulture, $"R{detector:0000},{property},{time},{value},{quality}\n"));
        }
    }

    internal static string Contract(bool json) => $$"""
        kind: SourceContract
        name: radar
        family: sensors
        dataset: sensor.observation
        format: {{(json ? "jsonl" : "csv")}}
        timeZone: Asia/Shanghai
        crs: "OGC:CRS84"
        recognise:
          header: [detector, parameter, time, value, quality]
        columns:
          - {name: phenomenon_time, from: time, required: true, format: "yyyy-MM-dd HH:mm:ss.fff"}
          - {name: result, from: value, required: true, minimum: 0, maximum: 1000}
          - {name: quality, from: quality}
        settings:
          thing.from: detector
          property.from: parameter
          kind: detector
        """;
}
