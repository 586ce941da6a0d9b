using System.Diagnostics;
using System.Globalization;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Delta;

namespace Plinth.Tests.Lakehouse.Soak;

/// <summary>Kills a process that changes a table, again and again, each time at a random moment, and looks at the table after each.</summary>
/// <remarks>What must hold: every acknowledged batch is there, no row twice, at most the batch under way besides; the log has no gap and no half line; a checkpoint tells what the commits tell; nothing that was left behind stops the next process.</remarks>
internal sealed class KillSoak(string folder, int seed)
{
    /// <summary>A table grows with its kills; a new one begins after so many.</summary>
    private const int KillsATable = 60;

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, (double Milliseconds, int Count)> _usual = new(StringComparer.Ordinal);
    private int _table;
    private long _acknowledged;

    /// <summary>Kills by what was under way.</summary>
    public SortedDictionary<string, int> Kills { get; } = new(StringComparer.Ordinal);

    /// <summary>Batches that were committed though the process could not say so any more.</summary>
    public int Unsaid { get; private set; }

    private string Root => Path.Combine(folder, $"lake{_table}");

    public async Task RunAsync(int kills, Action<int>? progress = null)
    {
        for (var kill = 1; kill <= kills; kill++)
        {
            await KillAsync();
            await VerifyAsync($"seed {seed}, kill {kill}");
            if (kill % KillsATable == 0 || kill == kills)
            {
                await CleanUpAsync();
                if (Directory.Exists(Root))
                    Directory.Delete(Root, recursive: true);
                (_table, _acknowledged) = (_table + 1, 0);
            }
            progress?.Invoke(kill);
        }
    }

    private async Task KillAsync()
    {
        using var worker = Child.Start([KilledWorker.Mode, Root, _random.Next().ToString(CultureInfo.InvariantCulture)]);
        var errors = worker.StandardError.ReadToEndAsync();
        var (left, under, began) = (_random.Next(0, 5), "start", Stopwatch.GetTimestamp());
        // Lets some changes pass, then kills within the usual time of the next one.
        while (await worker.StandardOutput.ReadLineAsync() is { } line)
        {
            Take(line, ref under, ref began);
            if (line[0] == '>' && left-- <= 0)
                break;
        }
        left.Should().BeLessThan(0, $"it should have run until it was killed, but ended in {under}: {(left < 0 ? "" : await errors)}");
        var (total, count) = _usual.GetValueOrDefault(under, (30, 1));
        var more = TimeSpan.FromMilliseconds(_random.NextDouble() * 1.2 * total / count);
        while (Stopwatch.GetElapsedTime(began) < more)
            Thread.SpinWait(500);
        worker.Kill();
        while (await worker.StandardOutput.ReadLineAsync() is { } line)
            if (line.Length > 2)
                Take(line, ref under, ref began);
        await worker.WaitForExitAsync();
        (await errors).Should().BeEmpty();
        Kills[under] = Kills.GetValueOrDefault(under) + 1;
    }

    private void Take(string line, ref string under, ref long began)
    {
        var parts = line.Split(' ');
        if (parts[0] == ">")
        {
            (under, began) = (parts[1], Stopwatch.GetTimestamp());
            return;
        }
        var (total, count) = _usual.GetValueOrDefault(parts[1]);
        _usual[parts[1]] = (total + Stopwatch.GetElapsedTime(began).TotalMilliseconds, count + 1);
        under = "between";
        if (parts is ["=", "commit", var batch])
            _acknowledged = long.Parse(batch, CultureInfo.InvariantCulture);
    }

    private async Task VerifyAsync(string at)
    {
        using var lake = Lake.Open(new(Root) { Sql = new() { Threads = 1, MemoryLimit = "256MB" } });
        if (!lake.Exists(Given.Readings))
        {
            _acknowledged.Should().Be(0, at);
            return;
        }
        var snapshot = await lake.ReadAsync(Given.Readings);
        var batches = snapshot.Transactions["batches"];
        batches.Should().BeInRange(_acknowledged, _acknowledged + 1, $"{at}: what was acknowledged is there, and at most the batch under way besides");
        Unsaid += batches > _acknowledged ? 1 : 0;
        _acknowledged = batches;
        lake.Select(snapshot, "id").Select(row => (long)row[0]!).Should().Equal(Enumerable.Range(1, (int)batches * 2).Select(id => (long)id), $"{at}: each row once");
        VerifyLog(snapshot.State, at);
    }

    /// <summary>Commits are whole and without a gap, and where all are there, they tell the same as the newest checkpoint with the commits behind it.</summary>
    private void VerifyLog(TableState state, string at)
    {
        var log = Path.Combine(Root, "tables", Given.Readings.Schema, Given.Readings.Name, "_delta_log");
        var commits = Directory.GetFiles(log, "*.json").Order(StringComparer.Ordinal).ToList();
        var versions = commits.Select(file => LogNames.CommitVersion(Path.GetFileName(file))!.Value).ToList();
        versions.Should().Equal(Enumerable.Range(0, versions.Count).Select(i => versions[0] + i), $"{at}: no gap");
        versions[^1].Should().Be(state.Version, at);
        var replayed = new TableState { Table = "" };
        foreach (var (version, file) in versions.Zip(commits))
        {
            var content = File.ReadAllBytes(file);
            content[^1].Should().Be((byte)'\n', $"{at}: {Path.GetFileName(file)} is whole");
            replayed = replayed.Apply(version, default, ActionReader.ReadLines("", file, content).ToList());
        }
        if (versions[0] == 0)
            replayed.Files.Select(file => file.Key).Should().BeEquivalentTo(state.Files.Select(file => file.Key), at);
    }

    /// <summary>After the last kill everything that was left behind goes.</summary>
    private async Task CleanUpAsync()
    {
        using var lake = Lake.Open(new(Root));
        if (!lake.Exists(Given.Readings))
            return;
        await lake.VacuumAsync(Given.Readings, new() { DryRun = false, Force = true, Retention = TimeSpan.Zero });
        var table = Path.Combine(Root, "tables", Given.Readings.Schema, Given.Readings.Name);
        Directory.GetFiles(table, "*.parquet").Should().HaveCount((await lake.ReadAsync(Given.Readings)).Files.Count, "what killed processes left behind is gone");
        await VerifyAsync("after clean-up");
    }
}
