using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Plinth.Catalog.Contracts.Yaml;

/// <summary>A mapping of which each key is known; what is wrong goes to the file's list of faults and reads as absent.</summary>
internal sealed class YamlMap
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly Faults _faults;

    /// <param name="keys">The keys allowed; any other is a fault.</param>
    public YamlMap(YamlMappingNode node, Faults faults, params ReadOnlySpan<string> keys)
    {
        (Node, _faults) = (node, faults);
        foreach (var (key, value) in node.Children)
            if (key is not YamlScalarNode { Value: { } name })
                faults.Add(key, "a key must be a word");
            else if (!keys.Contains(name))
                faults.Add(key, $"'{name}' is not known here{Suggestion.For(name, keys)}");
            else
                _values[name] = value;
    }

    public YamlMappingNode Node { get; }

    public YamlNode At(string key) => _values.GetValueOrDefault(key, Node);

    public bool Has(string key) => _values.TryGetValue(key, out var node) && !IsNull(node);

    /// <summary>The text of a key, or null; a fault when it is required and absent.</summary>
    public string? Text(string key, bool required = false)
    {
        if (!Has(key))
        {
            if (required)
                _faults.Add(Node, $"'{key}' is missing");
            return null;
        }
        if (_values[key] is YamlScalarNode scalar)
            return scalar.Value;
        _faults.Add(_values[key], $"'{key}' must be a text");
        return null;
    }

    /// <summary>The same, not empty; <c>""</c> stands in for what is missing, which is a fault already.</summary>
    public string Require(string key)
    {
        var text = Text(key, required: true);
        if (text is not null && string.IsNullOrWhiteSpace(text))
            _faults.Add(At(key), $"'{key}' is empty");
        return text ?? "";
    }

    public bool Flag(string key) => Text(key) switch
    {
        null or "false" => false,
        "true" => true,
        var other => Fault(key, $"'{key}' is '{other}'; write true or false", fallback: false),
    };

    public double? Number(string key)
    {
        if (Text(key) is not { } text)
            return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : Fault<double?>(key, $"'{key}' is '{text}', which is not a finite number", null);
    }

    public YamlMap? Map(string key, params ReadOnlySpan<string> keys)
    {
        if (!Has(key))
            return null;
        if (_values[key] is YamlMappingNode node)
            return new YamlMap(node, _faults, keys);
        return Fault<YamlMap?>(key, $"'{key}' must be a mapping", null);
    }

    public IReadOnlyList<YamlNode> List(string key)
    {
        if (!Has(key))
            return [];
        if (_values[key] is YamlSequenceNode node)
            return [.. node.Children];
        return Fault<IReadOnlyList<YamlNode>>(key, $"'{key}' must be a list", []);
    }

    public IEnumerable<YamlMap> Maps(string key, params string[] keys)
    {
        foreach (var node in List(key))
            if (node is YamlMappingNode map)
                yield return new YamlMap(map, _faults, keys);
            else
                _faults.Add(node, $"an item of '{key}' must be a mapping");
    }

    public IReadOnlyList<string> Texts(string key)
    {
        var texts = new List<string>();
        foreach (var node in List(key))
            if (node is YamlScalarNode { Value: { } text })
                texts.Add(text);
            else
                _faults.Add(node, $"an item of '{key}' must be a text");
        return texts;
    }

    public T Fault<T>(string key, string message, T fallback)
    {
        _faults.Add(At(key), message);
        return fallback;
    }

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };
}
