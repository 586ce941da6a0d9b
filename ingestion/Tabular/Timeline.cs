using System.Globalization;
using Plinth.Catalog;

namespace Plinth.Ingestion.Tabular;

/// <summary>Gives records without a time one: the column <c>$time</c>, UTC, from <c>time.start</c> (on the clock of the layout's zone) in steps of <c>time.step</c> seconds.</summary>
internal static class Timeline
{
    public static RecordFile Apply(RecordFile file, SourceContract contract)
    {
        if (contract.Settings.GetValueOrDefault("time.start") is not { } text)
            return file;
        if (!DateTime.TryParseExact(text, ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall)
            || !new LocalTimes(contract.TimeZone).TryToUtc(wall, out var start))
            throw new ContractException(contract.Name, [$"'time.start' is '{text}'; write a time such as 2012-03-01 00:00:00 that was on the clocks of {contract.TimeZone}"]);
        if (!double.TryParse(contract.Settings.GetValueOrDefault("time.step"), CultureInfo.InvariantCulture, out var step) || !(step > 0 && step < 1e8))
            throw new ContractException(contract.Name, ["'time.step' is missing; write the seconds between two records"]);
        return new([.. file.Header, "$time"], Records());

        IEnumerable<FileRecord> Records()
        {
            var number = 0L;
            foreach (var record in file.Records)
            {
                var time = start.AddTicks((long)(step * number++ * TimeSpan.TicksPerSecond));
                yield return record with { Values = record.Fault is null ? [.. record.Values, time] : record.Values };
            }
        }
    }
}
