using System.Globalization;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.Jobs;

/// <summary>Keeping rows no longer than promised.</summary>
internal static class RetentionSteps
{
    /// <summary>Every table whose contract says how long its rows are kept. A table that refuses (a legal hold, appends only) is named and the others go on.</summary>
    internal static PipelineStep ByContract() => new("retain-by-contract", "rows past their contract's time", [PipelineStep.Day], [], async (context, cancellationToken) =>
    {
        var (rows, tables, refused) = (0L, 0, new List<string>());
        foreach (var table in context.Catalog.Lake.Tables())
        {
            try
            {
                var lineage = new Lineage([], context.RunId, context.CodeVersion, Step: "retain-by-contract");
                if (await context.Catalog.RetainAsync(table, dryRun: false, lineage, cancellationToken) is not { } report)
                    continue;
                (rows, tables) = (rows + report.Rows, tables + (report.Rows > 0 ? 1 : 0));
                foreach (var why in report.Kept)
                    context.Progress.Report($"{table}: kept: {why}");
            }
            catch (Exception e) when (e is MaintenanceRefusedException or WriteRefusedException)
            {
                refused.Add(e.Message);
                context.Progress.Report(e.Message);
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows of {tables} tables taken out{(refused.Count == 0 ? "" : $"; {refused.Count} tables refused: {string.Join(" ", refused)}")}");
    });
}
