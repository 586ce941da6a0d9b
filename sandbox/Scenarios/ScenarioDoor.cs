using System.Collections.Immutable;
using System.Globalization;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox.Scenarios;

/// <summary>Everything the sandbox reads of the city's data, through the catalog's door, each part with a grant of its own.</summary>
/// <remarks>
/// Three readers, so that none holds a key to what is not its own: <c>vendor:org</c> may read training rows and public features, nothing hidden;
/// <c>run:org</c>, whose key nobody has, reads what goes into a run; <c>scorer:scenario</c>, likewise, reads the truth. Labels and features of test rows are never in one grant.
/// </remarks>
internal sealed class ScenarioDoor(CityCatalog catalog)
{
    public const string Train = "train", Public = "public", Hidden = "hidden", Production = "production";

    /// <summary>Writes the labelled training rows and the unlabelled rows of a split as CSV, in order of key.</summary>
    /// <returns>The dataset's version of the split's rows.</returns>
    public async Task<long> WriteInputsAsync(Scenario scenario, string organisation, string split, TimeSlice slice, string folder, CancellationToken cancellationToken)
    {
        var runner = Known($"run:{organisation}", organisation, "vendor");
        await WriteAsync(runner, scenario, Train, scenario.Train, labelled: true, Path.Combine(folder, "train.csv"), cancellationToken);
        return await WriteAsync(runner, scenario, split, slice, labelled: false, Path.Combine(folder, "test.csv"), cancellationToken);
    }

    /// <summary>The same of the public split, read as the vendor itself.</summary>
    public async Task WriteSampleAsync(Scenario scenario, string organisation, string folder, CancellationToken cancellationToken)
    {
        var vendor = Known($"vendor:{organisation}", organisation, "vendor");
        await WriteAsync(vendor, scenario, Train, scenario.Train, labelled: true, Path.Combine(folder, "train.csv"), cancellationToken);
        await WriteAsync(vendor, scenario, Public, scenario.Public, labelled: false, Path.Combine(folder, "test.csv"), cancellationToken);
    }

    /// <summary>Writes the truth of a split's rows as CSV in the form that <see cref="Scoring.Scorer"/> reads, in order of key, for scoring only.</summary>
    public async Task WriteTruthAsync(Scenario scenario, string split, TimeSlice slice, string file, CancellationToken cancellationToken)
    {
        var scorer = Known($"scorer:{scenario.Id}", "plinth", "module");
        var (key, label) = (Name(scenario.Key), Name(scenario.Label));
        string[] columns = [.. new[] { scenario.Key, scenario.Label, scenario.Group, scenario.Shape, scenario.Until }.OfType<string>()];
        var (passage, _) = await EnterAsync(scorer, scenario, $"truth-{split}", slice, columns, labelled: true, cancellationToken);
        var written = scenario.Kind switch
        {
            AnswerKind.Number => $"{key}, CAST({label} AS DOUBLE) AS value",
            AnswerKind.Rank => $"{key}, CAST(CAST({label} AS DOUBLE) > 0 AS INTEGER) AS value",
            AnswerKind.Shape => $"{key}, {label}, {Name(scenario.Shape!)}",
            AnswerKind.Alarm => $"{key}, epoch({label}) AS began, epoch({Name(scenario.Until!)}) AS ended",
            _ => $"{key}, {label}",
        };
        if (scenario.Group is { } group)
            written += $", CAST({Name(group)} AS VARCHAR) AS of";
        Read(passage, connection => connection.Execute($"COPY (SELECT {written} FROM ({Rows(scenario, columns, labelled: true)})) TO {Literal(file)} (FORMAT csv, HEADER true)", cancellationToken: cancellationToken));
    }

    private async Task<long> WriteAsync(Principal principal, Scenario scenario, string part, TimeSlice slice, bool labelled, string file, CancellationToken cancellationToken)
    {
        string[] columns = labelled ? [scenario.Key, .. scenario.Features, scenario.Label, .. new[] { scenario.Shape, scenario.Until }.OfType<string>()] : [scenario.Key, .. scenario.Features];
        // An organisation may ask for a slice of its own of current rows; each has its own purpose, so that one grant never widens another.
        var purpose = part == Production ? $"production {Text(slice.From)}/{Text(slice.Until)}" : part;
        var (passage, version) = await EnterAsync(principal, scenario, purpose, slice, columns, labelled, cancellationToken);
        Read(passage, connection => connection.Execute($"COPY ({Rows(scenario, columns, labelled)}) TO {Literal(file)} (FORMAT csv, HEADER true)", cancellationToken: cancellationToken));
        return version;
    }

    private async Task<(Passage.Granted Passage, long Version)> EnterAsync(Principal principal, Scenario scenario, string part, TimeSlice slice, string[] columns, bool labelled, CancellationToken cancellationToken)
    {
        var purpose = $"scenario:{scenario.Id}@{scenario.Version}:{part}";
        catalog.Access.Give(new()
        {
            Id = "",
            Principal = principal.Name,
            Dataset = scenario.Dataset,
            Purpose = purpose,
            Columns = [.. columns],
            RowFilter = Filter(scenario, slice, labelled),
            Version = part.StartsWith(Production, StringComparison.Ordinal) ? null : scenario.DatasetVersion,
            // the same for each asking, so that the grant is found again and not doubled
            ExpiresAt = new DateTimeOffset(scenario.PublishedAt!.Value.Year + 2, 1, 1, 0, 0, 0, TimeSpan.Zero),
        });
        var passage = (await catalog.EnterAsync(principal, purpose, [scenario.Dataset], cancellationToken)).Require();
        return (passage, passage.Tables.Single().Version);
    }

    private Principal Known(string name, string organisation, string role)
    {
        if (catalog.Access.Find(name) is { } known)
            return known;
        var principal = new Principal(name, organisation, [role]);
        catalog.Access.AddPrincipal(principal); // its key is thrown away: nobody can come in as this principal but we
        return principal;
    }

    private void Read(Passage.Granted passage, Action<SqlConnection> read)
    {
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        passage.CreateViews(connection);
        read(connection);
    }

    /// <summary>One row a key, or where a key may have several true answers all of them, in order of key: the same content gives the same file.</summary>
    private static string Rows(Scenario scenario, string[] columns, bool labelled)
    {
        var names = string.Join(", ", columns.Select(Name));
        if (labelled && scenario.Kind is AnswerKind.Shape or AnswerKind.Alarm)
            return $"SELECT DISTINCT {names} FROM {scenario.Dataset} ORDER BY {names}";
        return $"SELECT {names} FROM {scenario.Dataset} QUALIFY row_number() OVER (PARTITION BY {Name(scenario.Key)} ORDER BY {names}) = 1 ORDER BY {Name(scenario.Key)}";
    }

    private static string Filter(Scenario scenario, TimeSlice slice, bool labelled)
    {
        var conditions = new List<string> { $"{Name(scenario.Key)} IS NOT NULL" };
        if (scenario.RowFilter is { } filter)
            conditions.Add($"({filter})");
        if (slice.From is { } from)
            conditions.Add($"{Name(scenario.TimeColumn)} >= TIMESTAMPTZ '{Text(from)}'");
        if (slice.Until is { } until)
            conditions.Add($"{Name(scenario.TimeColumn)} < TIMESTAMPTZ '{Text(until)}'");
        if (labelled)
            conditions.AddRange(new[] { scenario.Label, scenario.Shape, scenario.Until }.OfType<string>().Select(column => $"{Name(column)} IS NOT NULL"));
        return string.Join(" AND ", conditions);
    }

    private static string Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture) ?? "";

    private static string Name(string column) => $"\"{column.Replace("\"", "\"\"")}\"";

    private static string Literal(string text) => $"'{text.Replace("'", "''")}'";
}
