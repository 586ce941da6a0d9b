using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Plinth.Catalog.Contracts.Yaml;

/// <summary>Reads a YAML file into its single mapping.</summary>
internal static class YamlFile
{
    private const long MaximumLength = 1 << 20;

    /// <exception cref="ContractException">Larger than any contract.</exception>
    public static string ReadText(string path) =>
        new FileInfo(path).Length > MaximumLength
            ? throw new ContractException(path, ["line 1: is larger than 1 MB; a contract has some kilobytes"])
            : File.ReadAllText(path);

    /// <exception cref="ContractException">Not YAML, or not one mapping: nothing further can be said of it.</exception>
    public static YamlMap Parse(string text, Faults faults, params ReadOnlySpan<string> keys)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            faults.Add(e.Start.Line, $"is not YAML: {(e.InnerException ?? e).Message}");
            faults.ThrowIfAny();
        }
        if (stream.Documents is [{ RootNode: YamlMappingNode root }])
            return new YamlMap(root, faults, keys);
        faults.Add(1, "is not one YAML mapping; begin with 'kind: DataContract' or 'kind: SourceContract'");
        faults.ThrowIfAny();
        throw new InvalidOperationException();
    }
}
