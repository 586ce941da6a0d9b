using System.Collections.Immutable;
using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Plinth.Sandbox.Scenarios;

/// <summary>The fields of one YAML mapping; remembers which were asked for and what was wrong with them.</summary>
internal sealed class YamlFields(YamlMappingNode? node, string path)
{
    private readonly Dictionary<string, YamlNode> _fields = node?.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value ?? "", pair => pair.Value) ?? [];
    private readonly HashSet<string> _asked = [];

    public List<string> Faults { get; } = [];

    public void Fault(string fault) => Faults.Add(fault);

    public IEnumerable<string> Unknown() => _fields.Keys.Where(name => !_asked.Contains(name)).Select(name => $"field '{path}{name}' is not known");

    public string? OptionalText(string name)
    {
        _asked.Add(name);
        return _fields.GetValueOrDefault(name) is YamlScalarNode { Value: { Length: > 0 } text } ? text.Trim() : null;
    }

    public string Text(string name)
    {
        if (OptionalText(name) is { } text)
            return text;
        Faults.Add($"field '{path}{name}' is missing");
        return "";
    }

    public long Number(string name, long minimum, long maximum)
    {
        var text = Text(name);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
            return number;
        Faults.Add(FormattableString.Invariant($"field '{path}{name}' is a whole number from {minimum} to {maximum}"));
        return minimum;
    }

    public ImmutableArray<string> Texts(string name)
    {
        _asked.Add(name);
        if (_fields.GetValueOrDefault(name) is YamlSequenceNode { Children.Count: > 0 } list && list.Children.All(child => child is YamlScalarNode))
            return [.. list.Children.Select(child => ((YamlScalarNode)child).Value ?? "")];
        Faults.Add($"field '{path}{name}' is a list of names");
        return [];
    }

    public ImmutableArray<string> OptionalTexts(string name)
    {
        _asked.Add(name);
        return _fields.ContainsKey(name) ? Texts(name) : [];
    }

    public bool Flag(string name)
    {
        if (OptionalText(name) is not (null or "true" or "false"))
            Faults.Add($"field '{path}{name}' is true or false");
        return OptionalText(name) == "true";
    }

    public YamlFields? OptionalFields(string name)
    {
        _asked.Add(name);
        return _fields.GetValueOrDefault(name) is YamlMappingNode mapping ? new(mapping, $"{path}{name}.") : null;
    }

    public YamlFields Fields(string name)
    {
        if (OptionalFields(name) is { } fields)
            return fields;
        Faults.Add($"field '{path}{name}' is missing");
        return new(null, $"{path}{name}.");
    }

    public ImmutableSortedDictionary<string, string> All() =>
        _fields.Keys.ToImmutableSortedDictionary(name => name, Text);

    public TimeSlice Slice(string name)
    {
        var slice = Fields(name);
        var times = new TimeSlice(slice.Time("from"), slice.Time("until"));
        Faults.AddRange(slice.Unknown());
        Faults.AddRange(slice.Faults);
        return times;
    }

    public long? OptionalNumber(string name, long minimum, long maximum) => OptionalText(name) is null ? null : Number(name, minimum, maximum);

    public double Decimal(string name, double otherwise)
    {
        if (OptionalText(name) is not { } text)
            return otherwise;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0)
            return number;
        Faults.Add($"field '{path}{name}' is a number above 0, such as 0.01");
        return otherwise;
    }

    public DateTimeOffset? Time(string name)
    {
        if (OptionalText(name) is not { } text)
            return null;
        if (text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return time;
        Faults.Add($"field '{path}{name}' is a UTC time such as 2025-02-15T00:00:00Z");
        return null;
    }
}
