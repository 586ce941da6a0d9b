using YamlDotNet.RepresentationModel;

namespace Plinth.Catalog.Contracts.Yaml;

/// <summary>Everything that is wrong with one file, gathered so that it can be told at once.</summary>
internal sealed class Faults(string file)
{
    private readonly List<(long Line, string Message)> _list = [];

    public string File { get; } = file;

    public void Add(YamlNode at, string message) => Add(at.Start.Line, message);

    public void Add(long line, string message) => _list.Add((line, message));

    /// <exception cref="ContractException">There is at least one.</exception>
    public void ThrowIfAny()
    {
        if (_list.Count > 0)
            throw new ContractException(File, [.. _list.OrderBy(f => f.Line).Select(f => $"line {f.Line}: {f.Message}")]);
    }
}
