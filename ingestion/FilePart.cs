using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion;

/// <summary>What one file, or one stretch of a large one, gives to the tables.</summary>
/// <param name="Path">Where the file lies.</param>
/// <param name="Number">From 1.</param>
internal sealed record FilePart(string Path, string Sha256, SourceContract Contract, int Number)
{
    /// <summary>Whether the file ends with it.</summary>
    public bool Last { get; set; }

    /// <summary>Rows by table.</summary>
    public Dictionary<TableName, List<object?[]>> Tables { get; } = [];

    private (TableName Table, List<object?[]>? Rows) _last;

    /// <summary>Rows and rejections in it.</summary>
    public int Items { get; private set; }

    /// <summary>Counts a row that is kept elsewhere until it comes as <see cref="Own"/>.</summary>
    public void CountOwn()
    {
        OwnRows++;
        Items++;
    }

    /// <summary>About how much memory its rows take; the same for the same rows wherever they are read.</summary>
    public long Bytes { get; private set; }

    /// <summary>Rows of the layout's own dataset where they come as a query and not among <see cref="Tables"/>.</summary>
    public RowSource? Own { get; set; }

    /// <summary>How many they are.</summary>
    public int OwnRows { get; set; }

    /// <summary>Rows that were left out because they repeat another in every value.</summary>
    public int Duplicates { get; set; }

    /// <inheritdoc cref="IFileReader.CountsEveryTable"/>
    public bool CountsEveryTable { get; init; }

    /// <summary>Rows that a report counts: those for the layout's own dataset, or all.</summary>
    public int Rows => CountsEveryTable ? Items - Rejected : OwnRows + (Tables.TryGetValue(Contract.Dataset, out var rows) ? rows.Count : 0);

    /// <summary>Rows for the table of rejections.</summary>
    public int Rejected => Tables.TryGetValue(Rejections.TableOf(Contract.Dataset), out var rows) ? rows.Count : 0;

    /// <summary>Its rejected rows by the rule that they broke.</summary>
    public Dictionary<string, long> ByRule { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a row of the table of rejections.</summary>
    public void Reject(RejectedRow bad, object?[] row)
    {
        Add(Rejections.TableOf(Contract.Dataset), row);
        var rule = Rules.RuleNames.Counted(bad);
        ByRule[rule] = ByRule.GetValueOrDefault(rule) + 1;
    }

    public void Add(TableName table, object?[] row)
    {
        if (_last.Rows is not { } rows || _last.Table != table)
        {
            if (!Tables.TryGetValue(table, out rows))
                Tables.Add(table, rows = []);
            _last = (table, rows);
        }
        rows.Add(row);
        Items++;
        Bytes += Weight(row);
    }

    /// <summary>Bytes of a value and what it refers to: 24 for each object, two for each letter.</summary>
    private static long Weight(object? value)
    {
        switch (value)
        {
            case null:
                return 8;
            case string text:
                return 32 + 2L * text.Length;
            case byte[] bytes:
                return 32 + bytes.Length;
            case object?[] values:
                var sum = 24L;
                foreach (var one in values)
                    sum += Weight(one);
                return sum;
            default:
                return 32;
        }
    }

    /// <summary>Marks a file as taken in whole, in each table that has rows of it: <c>ingest:&lt;sha256&gt;:&lt;layout&gt;</c>.</summary>
    public static string Marker(string sha256, string contract) => $"ingest:{sha256}:{contract}";

    /// <summary>Marks how far a file of several parts is: its version is the part's number.</summary>
    public static string Progress(string sha256, string contract) => Marker(sha256, contract) + ProgressMark;

    /// <summary>What it ends with.</summary>
    public const string ProgressMark = "#part";

    private bool Alone => Last && Number == 1;

    /// <summary>The batches this part is.</summary>
    public IEnumerable<AppTransaction> Transactions()
    {
        if (!Alone)
            yield return new(Progress(Sha256, Contract.Name), Number);
        if (Last)
            yield return new(Marker(Sha256, Contract.Name), 1);
    }

    /// <summary>Whether a table has this part already.</summary>
    public bool IsIn(Snapshot? table) => table is not null && (Alone
        ? table.Transactions.ContainsKey(Marker(Sha256, Contract.Name))
        : table.Transactions.TryGetValue(Progress(Sha256, Contract.Name), out var number) && number >= Number);
}
