using System.Text.RegularExpressions;
using Plinth.Catalog;

namespace Plinth.Ingestion.Tabular;

/// <summary>Positions out of one text column: the setting <c>position.from: COLUMN</c> gives the columns <c>$longitude</c> and <c>$latitude</c>, to be mapped like any other.</summary>
/// <remarks>
/// Read are <c>POINT (lon lat)</c>, a pair in brackets <c>(lat, lon)</c> – the last one, for an address in front of it –, a bare pair <c>lat, lon</c>, a GeoJSON point, and objects with
/// <c>latitude</c> and <c>longitude</c> (JSON, or as Python prints them). Setting <c>position.order: lon,lat</c> turns pairs round. A text without a position is no position.
/// </remarks>
internal static partial class PointText
{
    private const string Number = @"[-+]?\d{1,9}(?:\.\d{1,20})?";

    /// <summary>The source's column with the text, or null.</summary>
    public static string? Column(SourceContract contract) => contract.Settings.GetValueOrDefault("position.from");

    /// <exception cref="ContractException">The order is none.</exception>
    public static RecordFile Apply(RecordFile file, SourceContract contract)
    {
        if (Column(contract) is not { } column)
            return file;
        var isLonLat = contract.Settings.GetValueOrDefault("position.order", "lat,lon") switch
        {
            "lat,lon" => false,
            "lon,lat" => true,
            var other => throw new ContractException(contract.Name, [$"setting 'position.order' is '{other}'; write 'lat,lon' or 'lon,lat'"]),
        };
        var at = HeaderCheck.IndexOf(file.Header, column);
        return new([.. file.Header, "$longitude", "$latitude"], file.Records.Select(record =>
        {
            if (record.Fault is not null)
                return record;
            var (longitude, latitude) = at >= 0 && record.Values[at] is string text ? Read(text, isLonLat) : default;
            return record with { Values = [.. record.Values, longitude, latitude] };
        }));
    }

    /// <summary>Longitude and latitude as they are written; nulls where there is no position.</summary>
    public static (string? Longitude, string? Latitude) Read(string text, bool isLonLat)
    {
        if (Wkt().Match(text) is { Success: true } wkt)
            return (wkt.Groups[1].Value, wkt.Groups[2].Value);
        if (Coordinates().Match(text) is { Success: true } point)
            return (point.Groups[1].Value, point.Groups[2].Value);
        if (Latitude().Match(text) is { Success: true } latitude && Longitude().Match(text) is { Success: true } longitude)
            return (longitude.Groups[1].Value, latitude.Groups[1].Value);
        if (Pair().Match(text) is not { Success: true } pair)
            return default;
        return isLonLat ? (pair.Groups[1].Value, pair.Groups[2].Value) : (pair.Groups[2].Value, pair.Groups[1].Value);
    }

    [GeneratedRegex(@"^\s*(?:SRID=\d+;)?POINT\s*(?:Z\s*)?\(\s*(" + Number + @")\s+(" + Number + ")", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Wkt();

    [GeneratedRegex(@"coordinates['""]\s*:\s*\[\s*(" + Number + @")\s*,\s*(" + Number + ")", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Coordinates();

    [GeneratedRegex(@"\blat(?:itude)?['""]\s*:\s*['""]?(" + Number + ")", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Latitude();

    [GeneratedRegex(@"\b(?:longitude|long|lng|lon)['""]\s*:\s*['""]?(" + Number + ")", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Longitude();

    [GeneratedRegex(@"(?:^|\()\s*(" + Number + @")\s*[,，]\s*(" + Number + @")\s*\)?\s*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pair();
}
