using System.Globalization;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Disk;

/// <summary>What is done on a disk that is full or cannot be written; each outcome a line, for the test to judge.</summary>
internal static class DiskWorker
{
    public const string FullMode = "--on-a-full-disk";
    public const string ReadOnlyMode = "--on-a-read-only-disk";

    /// <summary>Commits with ever less space left, so that each step of a commit is once the one that finds the disk full.</summary>
    public static async Task<int> FullAsync(string disk)
    {
        var filler = Path.Combine(disk, "filler");
        var acknowledged = new List<long>();
        using (var lake = Open(disk))
        {
            await lake.CommitAsync(Rows(0) with { Properties = Rows(0).Properties.Add("delta.checkpointInterval", "2") });
            acknowledged.Add(0);
            foreach (var free in new[] { 0, 4, 8, 12, 16, 20, 24, 32, 60, 120 })
            {
                Fill(filler, disk, free * 1024);
                var id = acknowledged.Count;
                await SayAsync($"{free} KB free: commit", async () =>
                {
                    (await lake.CommitAsync(Rows(id))).RequireVersion(Given.Readings);
                    acknowledged.Add(id);
                });
                await ReadAsync(disk, acknowledged);
                await SayAsync($"{free} KB free: optimize", async () => await lake.OptimizeAsync(Given.Readings, new() { DryRun = false, OrderBy = ["id"] }));
                await SayAsync($"{free} KB free: checkpoint", async () => await lake.CheckpointAsync(Given.Readings));
                await ReadAsync(disk, acknowledged);
            }
            File.Delete(filler);
            await SayAsync("space again: commit", async () =>
            {
                (await lake.CommitAsync(Rows(acknowledged.Count))).RequireVersion(Given.Readings);
                acknowledged.Add(acknowledged.Count);
            });
            await SayAsync("space again: vacuum", async () => await lake.VacuumAsync(Given.Readings, new() { DryRun = false, Force = true, Retention = TimeSpan.Zero }));
        }
        await ReadAsync(disk, acknowledged);
        using var last = Open(disk);
        var files = Directory.GetFiles(Path.Combine(disk, "tables", "sensor", "reading"), "*.parquet");
        await Console.Out.WriteLineAsync($"files: {files.Length} of {(await last.ReadAsync(Given.Readings)).Files.Count}");
        return 0;
    }

    public static async Task<int> ReadOnlyAsync(string disk)
    {
        using var lake = Open(disk);
        await ReadAsync(disk, [0, 1, 2]);
        await SayAsync("read of an older version", async () => await lake.IdsAsync(TableVersion.At(1)));
        await SayAsync("commit", async () => (await lake.CommitAsync(Rows(9))).RequireVersion(Given.Readings));
        await SayAsync("new table", async () => (await lake.CommitAsync(Rows(9) with { Table = new("other", "table") })).RequireVersion(Given.Readings));
        await SayAsync("delete", async () => await lake.Writer(Given.Readings).DeleteAsync("id = 1"));
        await SayAsync("optimize", async () => await lake.OptimizeAsync(Given.Readings, new() { DryRun = false }));
        await SayAsync("vacuum", async () => await lake.VacuumAsync(Given.Readings, new() { DryRun = false, Force = true, Retention = TimeSpan.Zero }));
        await SayAsync("checkpoint", async () => await lake.CheckpointAsync(Given.Readings));
        await SayAsync("hold", async () => await lake.HoldAsync(Given.Readings, "case"));
        await SayAsync("release", async () => await lake.ReleaseAsync());
        await ReadAsync(disk, [0, 1, 2]);
        return 0;
    }

    public static Lake Open(string disk) => Lake.Open(new(disk) { Sql = new() { Threads = 1, MemoryLimit = "256MB" } });

    private static Commit Rows(long id) => Given.Rows(Given.Row(id, Convert.ToBase64String(RandomBytes(id))));

    private static byte[] RandomBytes(long id)
    {
        var bytes = new byte[9000]; // does not compress
        new Random((int)id).NextBytes(bytes);
        return bytes;
    }

    private static async Task SayAsync(string what, Func<Task> work)
    {
        try
        {
            await work();
            await Console.Out.WriteLineAsync($"{what}: done");
        }
        catch (Exception e)
        {
            await Console.Out.WriteLineAsync($"{what}: {e.GetType().Name}: {e.Message.Split('\n')[0]}");
        }
    }

    /// <summary>Read anew, as another process would.</summary>
    private static async Task ReadAsync(string disk, IReadOnlyCollection<long> acknowledged)
    {
        using var lake = Open(disk);
        var ids = await lake.IdsAsync();
        if (!ids.SequenceEqual(acknowledged))
            await Console.Out.WriteLineAsync($"WRONG: acknowledged {string.Join(',', acknowledged)}, read {string.Join(',', ids)}");
    }

    /// <summary>Leaves so many bytes free, as far as whole pages allow.</summary>
    private static void Fill(string filler, string disk, long free)
    {
        File.Delete(filler);
        var size = new DriveInfo(disk).AvailableFreeSpace - free;
        using var file = File.Create(filler);
        var block = new byte[4096];
        for (var written = 0L; written + block.Length <= size; written += block.Length)
            file.Write(block);
    }
}
