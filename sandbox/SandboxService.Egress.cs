using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Dapper;
using Plinth.Catalog;
using Plinth.Sandbox.Egress;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Lifecycle;
using Plinth.Sandbox.Scenarios;
using Plinth.Sandbox.Scoring;

namespace Plinth.Sandbox;

/// <summary>Tables of what a released algorithm said, on their way out. Nothing else leaves: lines about single rows go to the city's own modules only.</summary>
public sealed partial class SandboxService
{
    private static readonly EgressRules Rules = new();

    /// <summary>Asks for a table: how often the released algorithm gave each answer, by one of the scenario's columns, and what another column adds up to there. Counted by us from the run's stored output, made fit by rules, held until two reviewers approve.</summary>
    /// <param name="by">One of the scenario's features.</param>
    /// <param name="requestedBy">Who asks; does not approve.</param>
    /// <param name="sum">One of the scenario's features, numbers not below zero, to add up; rows without one are left out. Null for counts alone.</param>
    /// <exception cref="ReleaseRefusedException">Not released, not such a column, or a rule speaks against it: the message names the rule and what to do, not the cells.</exception>
    public async Task<EgressTable> RequestTableAsync(string submissionId, string purpose, string by, Principal requestedBy, string? sum = null, CancellationToken cancellationToken = default)
    {
        var run = await RunReleasedAsync(submissionId, purpose, null, cancellationToken);
        var record = _store.Find(submissionId)!;
        var (scenario, _) = _scenarios.Of(record);
        if (scenario.Answer != "label")
            throw new ReleaseRefusedException(submissionId, $"its answers are of kind '{scenario.Answer}'; tables are of labels.");
        foreach (var column in new[] { by, sum ?? by })
            if (!scenario.Features.Contains(column))
                throw new ReleaseRefusedException(submissionId, $"'{column}' is not one of the scenario's columns ({string.Join(", ", scenario.Features)}).");
        var values = sum is null ? null : Numbers(submissionId, sum, await FeatureAsync(record, scenario, sum, cancellationToken));
        var persons = Joined(run, await FeatureAsync(record, scenario, by, cancellationToken), values);
        var table = DisclosureControl.Apply([.. persons.Select(cell => values is null ? Cell.OfCount(cell.Key.Group, cell.Key.Answer, cell.Value.Count)
            : Cell.OfSum(cell.Key.Group, cell.Key.Answer, [.. cell.Value.Select(key => values[key])]))], Rules);
        var id = "out_" + Hash($"{run.RunId}\n{by}{(sum is null ? "" : $"\n{sum}")}")[..16];
        var what = sum is null ? by : $"{by}, sum of {sum}";
        var ledger = new CohortLedger(_store);
        var cohorts = table.Cells.Where(cell => cell.Count is not null).Select(cell => ledger.Of(persons[(cell.Row, cell.Column)])).Prepend(ledger.Of(persons.Values.SelectMany(list => list))).ToList();
        if (_store.Query<EgressRecord>(EgressSql.Find, new { id }).Count == 0)
        {
            var (faults, submission) = (Faults(table, run.Rows.Length), Status(submissionId));
            if (faults.Count > 0)
                Audit("sandbox.egress_refused", requestedBy, submission, ("by", what), ("run", run.RunId));
            else
                // noted when asked for, not when approved: two tables that wait for approval must not tell about a few by their difference either
                ledger.TryAdd(scenario.Dataset.ToString(), id, cohorts, Rules.SmallestCount, (apart, connection, transaction) =>
                {
                    Audit(apart ? "sandbox.egress_asked" : "sandbox.egress_refused", requestedBy, submission, ("by", what), ("run", run.RunId));
                    if (!apart)
                        faults.Add($"rule 'differencing': with a table asked for before it would tell about fewer than {Rules.SmallestCount}; use that one, or wait for more rows.");
                    else if (Csv(scenario, by, sum, table) is var csv)
                        connection.Execute(EgressSql.Add, new EgressRecord(id, submissionId, run.RunId, what, requestedBy.Name, SandboxStore.Text(_catalog.Lake.Time.GetUtcNow()), csv, Hash(csv)), transaction);
                });
            if (faults.Count > 0)
                throw new ReleaseRefusedException(submissionId, string.Join(" ", faults));
        }
        return Table(id);
    }

    /// <summary>A reviewer approves that a table leaves; it does with the second.</summary>
    /// <exception cref="ReleaseRefusedException">The reviewer may not, or asked for it.</exception>
    public EgressTable ApproveTable(string egressId, Principal reviewer)
    {
        var record = Egress(egressId);
        var submission = Status(record.Submission);
        ReleaseRules.CheckReviewer(submission, _catalog.Access.Find(reviewer.Name), _desk.Sponsors(submission.Organisation));
        if (record.RequestedBy == reviewer.Name)
            throw new ReleaseRefusedException(record.Submission, $"{reviewer.Name} asked for {egressId} and does not approve it.");
        Audit("sandbox.egress_approved", reviewer, submission, ("egress", egressId), ("sha256", record.Sha256));
        _store.Execute("INSERT INTO egress_approval VALUES (@egressId, @reviewer, @at) ON CONFLICT DO NOTHING", new { egressId, reviewer = reviewer.Name, at = SandboxStore.Text(_catalog.Lake.Time.GetUtcNow()) });
        return Table(egressId);
    }

    /// <summary>A table as it stands; its text only once two reviewers approved.</summary>
    /// <exception cref="SubmissionNotFoundException">None of that id.</exception>
    public EgressTable Table(string egressId)
    {
        var record = Egress(egressId);
        ImmutableArray<string> approvals = [.. _store.Query<string>(EgressSql.Approvals, new { id = egressId })];
        return new(egressId, record.Submission, record.By, record.RequestedBy, approvals, approvals.Length >= Desk.ApprovalsNeeded ? record.Csv : null, record.Sha256);
    }

    private EgressRecord Egress(string id) => _store.Query<EgressRecord>(EgressSql.Find, new { id }) is [var record] ? record : throw new SubmissionNotFoundException(id);

    /// <summary>Which rule speaks against a table. Says nothing of which cells or how many: that would tell about them.</summary>
    private static List<string> Faults(OutTable table, int rows)
    {
        var faults = new List<string>();
        if (table.Cells.All(cell => cell.Count is null))
            faults.Add($"rule 'small counts': nothing is left of it after cells on fewer than {Rules.SmallestCount}, or that one or two dominate, are suppressed; ask by a column with fewer values.");
        if (table.Bits > rows * Rules.BitsPerRow)
            faults.Add("rule 'entropy': it can carry more than the rows that went in allow; ask by a column with fewer values.");
        return faults;
    }

    private async Task<Dictionary<string, string>> FeatureAsync(SubmissionRecord record, Scenario scenario, string by, CancellationToken cancellationToken)
    {
        using var folder = RunFolder.Create(_options.ScratchFolder);
        await _door.WriteInputsAsync(scenario, record.Organisation, ScenarioDoor.Production, scenario.Production, folder.In, cancellationToken);
        var records = CsvText.Read(await File.ReadAllTextAsync(Path.Combine(folder.In, "test.csv"), cancellationToken)).Select(r => r.Fields).ToList();
        var column = records[0].IndexOf(by);
        return records.Skip(1).ToDictionary(fields => fields[0], fields => fields[column], StringComparer.Ordinal);
    }

    /// <summary>The rows that have a number, with it.</summary>
    private static Dictionary<string, double> Numbers(string submissionId, string column, Dictionary<string, string> texts)
    {
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (key, text) in texts.Where(pair => pair.Value.Length > 0))
            numbers[key] = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && number >= 0 ? number
                : throw new ReleaseRefusedException(submissionId, $"'{column}' does not hold numbers from 0 up alone, of which sums and shares could be made; ask for counts, or for the sum of another column.");
        return numbers;
    }

    private static Dictionary<(string Group, string Answer), List<string>> Joined(ReleasedRun run, Dictionary<string, string> groups, Dictionary<string, double>? values)
    {
        var cells = new Dictionary<(string, string), List<string>>();
        foreach (var row in run.Rows.Where(row => values is null || values.ContainsKey(row.Key)))
            (cells.TryGetValue((groups[row.Key], row.Value), out var list) ? list : cells[(groups[row.Key], row.Value)] = []).Add(row.Key);
        return cells;
    }

    private static string Csv(Scenario scenario, string by, string? sum, OutTable table)
    {
        var text = new StringBuilder($"{by},{scenario.Label},count{(sum is null ? "" : $",sum of {sum}")}\n");
        foreach (var cell in table.Cells)
        {
            text.Append(CsvText.Quote(cell.Row)).Append(',').Append(CsvText.Quote(cell.Column)).Append(',').Append(cell.Count?.ToString(CultureInfo.InvariantCulture) ?? "suppressed");
            if (sum is not null)
                text.Append(',').Append(cell.Sum?.ToString(CultureInfo.InvariantCulture) ?? "suppressed");
            text.Append('\n');
        }
        foreach (var (row, total) in table.Totals.OrderBy(t => t.Key, StringComparer.Ordinal))
            text.Append(CsvText.Quote(row)).Append(",(shown),").Append(total.ToString(CultureInfo.InvariantCulture)).Append(sum is null ? "\n" : ",\n");
        return text.ToString();
    }
}

/// <summary>A table on its way out.</summary>
/// <param name="Approvals">Reviewers so far; it leaves with two.</param>
/// <param name="Csv">Group, answer, rounded count; null until it may leave.</param>
public sealed record EgressTable(string Id, string SubmissionId, string By, string RequestedBy, ImmutableArray<string> Approvals, string? Csv, string Sha256);
