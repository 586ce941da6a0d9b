using System.Collections.Concurrent;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion;

/// <summary>Finds the layout of a file.</summary>
/// <remarks>
/// 1. The layout that is named, if its reader takes the file. 2. Else the layouts of the family that say how their files are known, and whose reader takes the file:
/// the one that fits; of several, the one that asks for more. 3. Else the only layout of the family that is its format's default. Otherwise the file is refused.
/// Safe to use from many threads.
/// </remarks>
internal sealed class LayoutChoice(CityCatalog catalog, FileReaders readers)
{
    private const int Head = 4096;

    private readonly ConcurrentDictionary<string, (List<SourceContract> Layouts, string Broken)> _families = new(StringComparer.Ordinal);

    /// <param name="contract">The layout's name or file, or null.</param>
    /// <exception cref="SourceFormatException">No layout, or more than one.</exception>
    public (SourceContract Contract, IFileReader Reader) For(string family, string path, string? contract)
    {
        var head = ReadHead(path);
        var name = Path.GetFileName(path);
        if (contract is not null)
            return Named(catalog.Source(contract), family, head, name);
        var layouts = Layouts(family, out var broken);
        var possible = layouts.Select(layout => (Contract: layout, Reader: readers.Find(layout.Format)))
            .Where(l => l.Reader is not null && l.Reader.Recognises(head, name)).Select(l => (l.Contract, Reader: l.Reader!)).ToList();
        var columns = new Dictionary<(string, char, string, string?), IReadOnlyList<string>?>();
        var fitting = possible.Where(l => l.Contract.Recognise is not null && Fits(l, path, columns)).ToList();
        if (fitting.Count == 0)
            fitting = [.. possible.Where(l => l.Contract.Recognise is null)];
        var best = fitting.GroupBy(l => Demands(l.Contract)).MaxBy(g => g.Key)?.ToList() ?? [];
        if (best.Count > 1 && TextFile.IsMarked(head) && best.FindAll(l => l.Contract.Encoding.StartsWith("utf-", StringComparison.OrdinalIgnoreCase)) is { Count: > 0 } unicode)
            best = unicode; // a byte order mark is stronger than what the others say
        return best switch
        {
            [var one] => one,
            [] when head.Length == 0 => throw new SourceFormatException(name, "is empty", Expected(family)),
            [] => throw new SourceFormatException(name, NoneFits(family, possible.Count > 0, columns.Values) + broken, Expected(family)),
            _ => throw new SourceFormatException(name, $"fits {best.Count} layouts: {string.Join(", ", best.Select(l => l.Contract.Name))}", "the name of one of them after --contract"),
        };
    }

    private (SourceContract Contract, IFileReader Reader) Named(SourceContract contract, string family, byte[] head, string name)
    {
        if (contract.Family != family)
            throw new SourceFormatException(name, $"layout '{contract.Name}' is of family {contract.Family}", $"a layout of family {family}: {Names(family)}");
        var reader = readers.Find(contract.Format)
            ?? throw new ContractException(contract.Name, [$"'format' is '{contract.Format}', which nothing here reads; write one of {string.Join(", ", readers.Names)}"]);
        if (head.Length == 0)
            throw new SourceFormatException(name, "is empty", $"{reader.Expected}, as layout '{contract.Name}' says");
        return reader.Recognises(head, name)
            ? (contract, reader)
            : throw new SourceFormatException(name, "is another kind of file", $"{reader.Expected}, as layout '{contract.Name}' says");
    }

    private static bool Fits((SourceContract Contract, IFileReader Reader) layout, string path, Dictionary<(string, char, string, string?), IReadOnlyList<string>?> columns)
    {
        IReadOnlyList<string>? header = [];
        var key = (layout.Contract.Format, layout.Contract.Delimiter, layout.Contract.Encoding, Opens(layout.Contract));
        if (layout.Reader is ILayoutReader reader && !columns.TryGetValue(key, out header))
            columns[key] = header = reader.Columns(path, layout.Contract);
        return header is not null && layout.Contract.Recognise!.Fits(Path.GetFileName(path), header);
    }

    /// <summary>What a layout says of where its columns are; formats that hold columns in one place only do not ask.</summary>
    private static string? Opens(SourceContract contract) => contract.Format is "json" or "xml" ? contract.Name
        : contract.Settings.GetValueOrDefault("sheet") ?? contract.Settings.GetValueOrDefault("comment");

    /// <summary>How much a layout asks of its files: an exact heading is more than any number of columns, a name more than none.</summary>
    private static int Demands(SourceContract contract) => contract.Recognise is { } recognise
        ? recognise.Header.Length + (recognise.Exact ? 10_000 : 0) + (recognise.FileName is null ? 0 : 1000)
        : 0;

    /// <summary>The family's layouts. One that is broken does not stop files of the others.</summary>
    /// <param name="broken">What is wrong with layouts that cannot be read, as an addition to a refusal; empty where all can.</param>
    private List<SourceContract> Layouts(string family, out string broken)
    {
        (var layouts, broken) = _families.GetOrAdd(family, Read);
        return layouts;
    }

    private (List<SourceContract> Layouts, string Broken) Read(string family)
    {
        var (layouts, faults) = (new List<SourceContract>(), new List<string>());
        foreach (var name in catalog.Sources.Keys)
            try
            {
                if (catalog.Sources[name] is var layout && layout.Family == family)
                    layouts.Add(layout);
            }
            catch (ContractException e)
            {
                faults.Add(e.Message);
            }
        return (layouts, faults.Count == 0 ? "" : $" (layouts that cannot be read: {string.Join("; ", faults)})");
    }

    private string Names(string family) => string.Join(", ", Layouts(family, out _).Select(l => l.Name));

    private static string NoneFits(string family, bool readable, IEnumerable<IReadOnlyList<string>?> headers) =>
        headers.Where(h => h is not null).MaxBy(h => h!.Count) is { } header
            ? $"has the columns {HeaderCheck.List(header)}, which no layout of family {family} knows"
            : readable ? $"fits no layout of family {family}" : $"is no kind of file that family {family} reads";

    private string Expected(string family)
    {
        var formats = Layouts(family, out _).GroupBy(l => l.Format).Where(g => readers.Find(g.Key) is not null)
            .Select(g => $"{readers.Find(g.Key)!.Expected} (layout {string.Join(", ", g.Select(l => l.Name))})");
        return $"{string.Join("; or ", formats)}. Name a layout with --contract, or write one for a new kind of file";
    }

    private static byte[] ReadHead(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var head = new byte[Head];
        var length = stream.ReadAtLeast(head, Head, throwOnEndOfStream: false);
        return head[..length];
    }
}
