using System.Globalization;

namespace Plinth.Catalog.Contracts;

/// <summary>How long rows are kept, as a time.</summary>
internal static class RetentionTime
{
    /// <summary>Rows from before this time are past theirs. Years and months are the calendar's, in UTC: what came on 29 February is kept to 28 February.</summary>
    /// <param name="duration">As <see cref="DatasetContract.Retention"/> has it: <c>P5Y</c>, <c>P18M</c>, <c>P30D</c>.</param>
    public static DateTimeOffset Before(string duration, DateTimeOffset now)
    {
        var count = int.Parse(duration.AsSpan(1, duration.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture);
        return duration[^1] switch
        {
            'Y' => now.AddYears(-count),
            'M' => now.AddMonths(-count),
            'D' => now.AddDays(-count),
            var unit => throw new ArgumentException($"'{unit}' is no unit of a retention."),
        };
    }
}
