using System.Text.RegularExpressions;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Sensors;

/// <summary>What a layout says of things, properties and units.</summary>
/// <remarks>
/// Settings: <c>source</c> (in identifiers; else the layout's name), <c>kind</c> of its things; <c>thing</c> and <c>property</c> for all rows of a file, else
/// <c>thing.from, property.from</c> name the columns that tell them, else the groups <c>thing, property</c> of <c>recognise.fileName</c> do; <c>rename.WORD</c> gives a property another name;
/// <c>unit.PROPERTY</c> is the unit (UCUM) that is stored, <c>unit.from</c> the column with the source's unit, <c>sourceUnit.PROPERTY</c> the source's unit where it differs: values are then converted.
/// </remarks>
internal sealed class SensorSettings
{
    public static readonly TableName Thing = new("sensor", "thing"), Datastream = new("sensor", "datastream"), Observation = new("sensor", "observation");

    private readonly SourceContract _contract;
    private readonly bool _observes;

    /// <exception cref="SourceFormatException">The file does not tell what its values are of.</exception>
    public SensorSettings(FileInput input)
    {
        _contract = input.Contract;
        (_observes, Source) = (_contract.Dataset == Observation, RowMapper.SourceName(_contract));
        (ThingFrom, PropertyFrom, UnitFrom) = (Setting("thing.from"), Setting("property.from"), Setting("unit.from"));
        (ThingOfFile, PropertyOfFile) = (Named(input, "thing"), Named(input, "property"));
        if (_observes && ((ThingFrom ?? ThingOfFile) is null || (PropertyFrom ?? PropertyOfFile) is null))
            throw new SourceFormatException(Path.GetFileName(input.Path), "its name does not tell which thing and property the values are of",
                _contract.Recognise?.FileName is { } pattern ? $"a name like {pattern}" : $"'thing' and 'property', or 'thing.from' and 'property.from', under 'settings' of layout '{_contract.Name}'");
    }

    public string Source { get; }

    /// <summary>Columns of the source, or null.</summary>
    public string? ThingFrom { get; }

    public string? PropertyFrom { get; }

    public string? UnitFrom { get; }

    /// <summary>What the whole file is of, or null.</summary>
    public string? ThingOfFile { get; }

    public string? PropertyOfFile { get; }

    public string Kind => Setting("kind") ?? "station";

    public string? Setting(string name) => _contract.Settings.GetValueOrDefault(name);

    /// <summary>The stream of a row.</summary>
    /// <param name="unit">The source's unit as the row has it, or null.</param>
    public SensorStream Of(string thing, string? property, string? unit)
    {
        var urn = SensorRows.ThingUrn(Source, thing);
        if (!_observes || property is null)
            return new(thing, urn, null, null, null, 1, 0, null);
        property = Setting($"rename.{property}") ?? property;
        var from = (unit ?? Setting($"sourceUnit.{property}")) is { } spelling ? Units.Code(spelling) : null;
        var to = Setting($"unit.{property}") ?? from;
        var (factor, offset) = (1.0, 0.0);
        var problem = from is not null && to is not null && !Units.TryConvert(from, to, out factor, out offset)
            ? $"is in '{from}', which does not become '{to}'; mend 'unit.{property}' of layout '{_contract.Name}'" : null;
        return new(thing, urn, property, SensorRows.DatastreamUrn(Source, thing, property), to, factor, offset, problem);
    }

    private string? Named(FileInput input, string group)
    {
        var pattern = input.Contract.Recognise?.FileName ?? Setting("file_name");
        var match = pattern is null ? null : Regex.Match(Path.GetFileName(input.Path), pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return match is { Success: true } && match.Groups[group] is { Success: true } found ? found.Value : Setting(group);
    }
}
