using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Plinth.Lakehouse;

namespace Plinth.Catalog;

/// <summary>How one kind of file becomes rows of a dataset. A new layout of a known family needs such a file only, no code.</summary>
/// <remarks>Written as YAML, one file a layout: <c>catalog/contracts/sources/nyc-311.yaml</c>; users keep their own under <c>&lt;lake&gt;/contracts/</c>.</remarks>
public sealed record SourceContract
{
    /// <summary>What <c>--contract</c> names.</summary>
    public required string Name { get; init; }

    /// <summary>The ingestion family: photos, models, imagery, hotline, sensors, base.</summary>
    public required string Family { get; init; }

    /// <summary>The dataset its rows go to.</summary>
    public required TableName Dataset { get; init; }

    /// <summary><c>csv, parquet, geojson</c>, or the name of a reader that needs no mapping (<c>photo, cityjson, geotiff, pmtiles, las</c>).</summary>
    public required string Format { get; init; }

    /// <summary>Field separator of CSV.</summary>
    /// <value>Comma.</value>
    public char Delimiter { get; init; } = ',';

    /// <summary>Text encoding.</summary>
    /// <value>utf-8</value>
    public string Encoding { get; init; } = "utf-8";

    /// <summary>IANA zone of times that carry none. Never the machine's.</summary>
    public required string TimeZone { get; init; }

    /// <summary>CRS of the source's coordinates: <c>OGC:CRS84, EPSG:4326, EPSG:4490, GCJ-02, BD-09, EPSG:7415 …</c>; <c>file</c> where each file names its own. Never guessed.</summary>
    public required string Crs { get; init; }

    /// <summary>What the layout is, in a sentence.</summary>
    public string? Description { get; init; }

    /// <summary>Licence of the data and whom to name.</summary>
    public string? Licence { get; init; }

    /// <summary>How a file of this layout is known when <c>--contract</c> names none; null for the format's default layout, taken when no other fits.</summary>
    public Recognise? Recognise { get; init; }

    /// <summary>How each column of the dataset comes out of the source.</summary>
    public ImmutableArray<SourceColumn> Columns { get; init; } = [];

    /// <summary>Values that make a coordinate meaningless, e.g. a city hall's position used for «no address».</summary>
    public ImmutableArray<(double Longitude, double Latitude)> NoPosition { get; init; } = [];

    /// <summary>What a row as a whole must hold against, checked while loading, in this order; a row that does not is rejected with the rule's name.</summary>
    public ImmutableArray<SourceRule> Rules { get; init; } = [];

    /// <summary>Format-specific settings (e.g. <c>wide: true</c>, <c>thing: "6005"</c>), as text.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>What tells a file of one layout from all others; everything that is given must hold.</summary>
/// <param name="Header">Columns (of GeoJSON: properties of the first feature) that must be there, in any order, exact to the letter; empty for any.</param>
/// <param name="Exact">No other columns than <paramref name="Header"/> may be there.</param>
/// <param name="FileName">Regular expression that must occur in the file's name (without folder); its named groups are the file's own values, e.g. <c>thing</c>.</param>
public sealed record Recognise(ImmutableArray<string> Header, bool Exact = false, string? FileName = null)
{
    /// <summary>Whether a file fits. Read the header with the layout's own delimiter and encoding.</summary>
    /// <param name="fileName">Without folder.</param>
    public bool Fits(string fileName, IReadOnlyCollection<string> header) =>
        Header.All(header.Contains)
        && (!Exact || header.Count == Header.Length)
        && (FileName is null || Regex.IsMatch(fileName, FileName, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
}

/// <summary>One column of the dataset and where it comes from.</summary>
/// <param name="Name">The dataset's column.</param>
/// <param name="From">The source's column, or null when <paramref name="Constant"/> is given.</param>
/// <param name="Format">For times: the .NET formats tried in order, separated by <c>|</c>.</param>
/// <param name="Required">A row without it is rejected.</param>
/// <param name="Constant">The same value in each row.</param>
/// <param name="Minimum">Smallest value allowed, for numbers.</param>
/// <param name="Maximum">Largest value allowed, for numbers.</param>
/// <param name="Pattern">Regular expression the text must match as a whole.</param>
/// <param name="NullValues">Texts that mean «nothing», beside the empty one.</param>
/// <param name="Factor">For numbers: multiplied to come from the source's unit to the dataset's.</param>
public sealed record SourceColumn(string Name, string? From, string? Format = null, bool Required = false, string? Constant = null,
    double? Minimum = null, double? Maximum = null, string? Pattern = null, ImmutableArray<string> NullValues = default, double? Factor = null);

/// <summary>A rule of a layout over rows of its dataset.</summary>
/// <param name="Kind"><c>unique</c> (in the file and against the table), <c>exists</c> (the value is one of another table), <c>inside</c> (the position lies in an area of another table).</param>
/// <param name="Columns">The dataset's columns it is about; of <c>inside</c> none.</param>
/// <param name="Table">The other table; of <c>unique</c> null.</param>
/// <param name="At">The other table's column: where the values are (<c>exists</c>), or what picks the areas (<c>inside</c>).</param>
/// <param name="Values">Which areas, by their value of <paramref name="At"/>; empty for all of the table.</param>
public sealed record SourceRule(string Kind, ImmutableArray<string> Columns, TableName? Table = null, string? At = null, ImmutableArray<string> Values = default)
{
    /// <summary>As reports call it, e.g. <c>unique(service_request_id)</c>.</summary>
    public string Name => $"{Kind}({(Kind == "inside" ? Values is { IsDefaultOrEmpty: false } ? string.Join(',', Values) : Table.ToString() : string.Join(',', Columns))})";
}
