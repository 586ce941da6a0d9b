using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Sandbox.Lifecycle;

/// <summary>Writes <c>sandbox.evaluation</c> and <c>sandbox.release</c>; a batch carries a transaction, so that a rerun after a crash adds nothing twice.</summary>
internal sealed class SandboxTables(CityCatalog catalog, SandboxOptions options)
{
    private static readonly TableName Evaluation = new("sandbox", "evaluation"), Release = new("sandbox", "release");

    public async Task AddScoresAsync(SubmissionRecord submission, Scenario scenario, string split, IEnumerable<Evaluation> scores, string outputSha256, CancellationToken cancellationToken)
    {
        var at = catalog.Lake.Time.GetUtcNow().UtcDateTime;
        var rows = scores.Select(score => new object?[]
        {
            submission.Id, submission.Scenario, submission.Organisation, split, score.Metric, score.Score, score.Rows, score.Low, score.High, outputSha256, options.RunId, at,
        });
        await CommitAsync(Evaluation, rows, $"sandbox:score:{submission.Id}:{split}",
            [$"submission:sha256:{submission.ContentSha256}", $"table:{scenario.Dataset}@{scenario.DatasetVersion}"], "score", cancellationToken);
    }

    public Task AddReleaseAsync(SubmissionRecord submission, SubmissionRelease release, CancellationToken cancellationToken) =>
        CommitAsync(Release,
            [[submission.Id, submission.Scenario, submission.Organisation, submission.ContentSha256, release.ApprovedBy, release.Purpose, release.ApprovedAt.UtcDateTime, release.ExpiresAt.UtcDateTime]],
            $"sandbox:release:{submission.Id}", [$"submission:sha256:{submission.ContentSha256}"], "release", cancellationToken);

    private async Task CommitAsync(TableName table, IEnumerable<object?[]> rows, string transaction, string[] inputs, string step, CancellationToken cancellationToken)
    {
        CommitOutcome outcome;
        do
            outcome = await catalog.Lake.CommitAsync(new()
            {
                Table = table,
                Schema = catalog.Datasets[table].ToSchema(),
                Rows = new RowSource.Values(rows),
                Transaction = new(transaction, 1),
                Lineage = new([.. inputs], options.RunId, options.CodeVersion, Step: $"sandbox.{step}"),
            }, cancellationToken);
        while (outcome is CommitOutcome.Conflict); // read again and retry: an append conflicts with nothing for long
        outcome.RequireVersion(table);
    }
}
