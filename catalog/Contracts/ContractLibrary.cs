using Plinth.Lakehouse;

namespace Plinth.Catalog.Contracts;

/// <summary>The contracts of the program and, over them, those of the lake. Files are listed at once and read when first asked for.</summary>
/// <remarks>A file <c>schema.table.yaml</c> is a dataset's; one in <c>sources/</c>, or with no dot in its name, is a layout. The lake's own replace the program's of the same name.</remarks>
internal sealed class ContractLibrary
{
    public ContractLibrary(params IReadOnlyList<string> folders)
    {
        Datasets = new(folders.SelectMany(DatasetFiles), Comparer<TableName>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString())));
        Sources = new(folders.SelectMany(SourceFiles), StringComparer.Ordinal);
    }

    /// <summary>Where the program's own contracts lie: beside the program.</summary>
    public static string ShippedFolder { get; } = Path.Combine(AppContext.BaseDirectory, "contracts");

    public LazyDictionary<TableName, DatasetContract> Datasets { get; }

    public LazyDictionary<string, SourceContract> Sources { get; }

    /// <summary>A layout by name or by the path of its file.</summary>
    public SourceContract Source(string nameOrFile)
    {
        if (Sources.TryGetValue(nameOrFile, out var source))
            return source;
        if (File.Exists(nameOrFile))
            return ReadSource(nameOrFile);
        throw new ContractException(nameOrFile, [$"there is no such layout{Yaml.Suggestion.For(nameOrFile, [.. Sources.Keys])}"]);
    }

    private static IEnumerable<KeyValuePair<TableName, Lazy<DatasetContract>>> DatasetFiles(string folder)
    {
        foreach (var file in Files(folder))
            if (TableName.TryParse(Path.GetFileNameWithoutExtension(file), out var table))
                yield return new(table, new(() => DatasetYaml.Read(file)));
    }

    private IEnumerable<KeyValuePair<string, Lazy<SourceContract>>> SourceFiles(string folder)
    {
        var beside = Files(folder).Where(file => !TableName.TryParse(Path.GetFileNameWithoutExtension(file), out _));
        foreach (var file in beside.Concat(Files(Path.Combine(folder, "sources"))))
            yield return new(Path.GetFileNameWithoutExtension(file), new(() => ReadSource(file)));
    }

    private SourceContract ReadSource(string file) => SourceYaml.Read(Yaml.YamlFile.ReadText(file), file, table => Datasets.GetValueOrDefault(table));

    private static IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal) : [];
}
