using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse;

/// <summary>Statistics in a checkpoint are read when a query needs them.</summary>
public sealed class CheckpointStatisticsTests
{
    [Fact]
    public async Task A_table_opened_from_its_checkpoint_is_pruned_like_one_whose_commits_were_read()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder);
        Delete(folder, "*.json", keep: 5); // the first five commits: now only the checkpoint knows of them
        using var lake = Given.Lake(folder);
        var snapshot = await lake.ReadAsync(Given.Readings);
        snapshot.Files.Select(file => file.Rows).Should().Equal(Enumerable.Repeat<long?>(1, 6));
        Kept(lake, snapshot, "id = 2").Should().Be((1, 6));
        Kept(lake, snapshot, "id > 2").Should().Be((3, 6));
    }

    [Fact]
    public async Task A_checkpoint_that_is_gone_since_the_table_was_opened_is_said_to_be_and_the_table_opens_again()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder);
        using (var lake = Given.Lake(folder))
        {
            var snapshot = await lake.ReadAsync(Given.Readings);
            Delete(folder, "*.checkpoint.parquet", keep: 0);
            lake.Invoking(l => Kept(l, snapshot, "id = 2")).Should().Throw<TableFormatException>().WithMessage("*00000000000000000005.checkpoint.parquet*can no longer be read*open the table again*");
        }
        using var again = Given.Lake(folder);
        Kept(again, await again.ReadAsync(Given.Readings), "id = 2").Should().Be((1, 6));
    }

    private static async Task WriteAsync(TemporaryFolder folder)
    {
        using var lake = Given.Lake(folder);
        for (var id = 0; id < 6; id++)
            await lake.CommitRowsAsync(Given.Row(id));
        await lake.CheckpointAsync(Given.Readings);
    }

    private static void Delete(TemporaryFolder folder, string pattern, int keep)
    {
        foreach (var file in Directory.GetFiles(folder["lake/tables/sensor/reading/_delta_log"], pattern).Order(StringComparer.Ordinal))
            if (keep == 0 || keep-- > 0)
                File.Delete(file);
    }

    private static (int, int) Kept(Lake lake, Snapshot snapshot, string condition)
    {
        using var session = LakeSession.Open(lake);
        session.Add(snapshot);
        using var query = session.Prepare($"SELECT * FROM sensor.reading WHERE {condition}");
        return (query.Scans[0].FilesKept, query.Scans[0].Files);
    }
}
