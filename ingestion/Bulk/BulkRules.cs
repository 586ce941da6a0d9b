using Plinth.Ingestion.Rules;

namespace Plinth.Ingestion.Bulk;

/// <summary>The rules of a layout for the rows of a large log: only the columns that they look at are made into values.</summary>
internal sealed class BulkRules
{
    private readonly BulkPlan _plan;
    private readonly LoadRules _rules;
    private readonly object?[] _row;
    private readonly int _sourceRow;
    private readonly (int Target, int Mapped)[] _columns;
    private readonly int _stream;

    private BulkRules(BulkPlan plan, LoadRules rules)
    {
        (_plan, _rules, _row) = (plan, rules, new object?[plan.Dataset.Columns.Length]);
        _sourceRow = Tabular.DatasetColumns.IndexOf(plan.Dataset, "source_row");
        _stream = Enumerable.Range(0, _row.Length).First(i => plan.Dataset.Columns[i].Name is "datastream_id" or "thing_id");
        _columns = [.. rules.Columns.Where(c => c != _stream).Select(c => (c, Array.IndexOf(plan.Targets, c))).Where(c => c.Item2 >= 0)];
        foreach (var column in rules.Columns)
            _row[column] = plan.Input.Contract.Columns.FirstOrDefault(c => c.Name == plan.Dataset.Columns[column].Name)?.Constant;
    }

    /// <summary>The rules of a plan's layout; null where it has none.</summary>
    public static BulkRules? For(BulkPlan plan) => LoadRules.For(plan.Input, plan.Dataset) is { } rules ? new(plan, rules) : null;

    /// <summary>What is wrong with a row of a part; null where it keeps all rules.</summary>
    public RejectedRow? Check(BulkPart part, int at)
    {
        _row[_sourceRow] = $"sha256:{_plan.Input.Sha256}#{part.Lines[at]}";
        _row[_stream] = part.Stream(at) is var stream ? stream.Urn ?? stream.ThingUrn : null;
        foreach (var (target, mapped) in _columns)
            _row[target] = part.Columns[mapped][at] is var bits && bits == BulkColumn.Null ? null : _plan.Dataset.Columns[target].Type.ToString() switch
            {
                "double" => BitConverter.Int64BitsToDouble(bits),
                "timestamp" => DateTime.UnixEpoch.AddMicroseconds(bits),
                "string" => _plan.Texts.Name((int)bits),
                _ => bits,
            };
        return _rules.Check(_row) is var (problem, rule) ? new RejectedRow(part.Lines[at], null, null, $"{_plan.FileName}:{part.Lines[at]} {problem}") { Rule = rule } : null;
    }
}
