namespace Plinth.Ingestion;

/// <summary>What a file gave so far: each record it had is one of the three.</summary>
internal sealed class Taken
{
    private readonly SortedDictionary<string, long> _byRule = new(StringComparer.Ordinal);

    public long Rows { get; private set; }

    public long Rejected { get; private set; }

    public long Duplicates { get; private set; }

    /// <summary>Rejected rows by the rule that they broke.</summary>
    public IReadOnlyDictionary<string, long> ByRule => _byRule;

    public void Add(FilePart part)
    {
        (Rows, Rejected, Duplicates) = (Rows + part.Rows, Rejected + part.Rejected, Duplicates + part.Duplicates);
        foreach (var (rule, count) in part.ByRule)
            _byRule[rule] = _byRule.GetValueOrDefault(rule) + count;
    }

    public static IReadOnlyDictionary<string, long> Sum(IEnumerable<IReadOnlyDictionary<string, long>> counts)
    {
        var sum = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (rule, count) in counts.SelectMany(c => c))
            sum[rule] = sum.GetValueOrDefault(rule) + count;
        return sum;
    }
}
