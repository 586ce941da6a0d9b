using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Disk;

public sealed class DiskFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_full_disk_refuses_at_every_step_loses_nothing_that_was_acknowledged_and_takes_commits_again_when_there_is_space()
    {
        MountedFolder.SkipUnlessPossible();
        Directory.CreateDirectory(_folder["disk"]);
        using var process = MountedFolder.OnASmallDisk(_folder["disk"], 3000, DiskWorker.FullMode, _folder["disk"]);
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var lines = (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        (await errors).Should().BeEmpty();
        lines.Where(line => line.StartsWith("WRONG", StringComparison.Ordinal)).Should().BeEmpty();
        lines.Should().Contain("space again: commit: done").And.Contain("space again: vacuum: done");
        lines[^1].Split(' ').Should().BeEquivalentTo(["files:", lines[^1].Split(' ')[1], "of", lines[^1].Split(' ')[1]], "half-written files are gone");
        var refused = lines.Where(line => line.Contains("KB free", StringComparison.Ordinal) && !line.EndsWith(": done", StringComparison.Ordinal)).ToList();
        refused.Should().HaveCountGreaterThan(10).And.OnlyContain(line => IsFailureOfTheDisk(line, "No space left on device", "the disk was full"), "a refusal says what is full and where");
        lines.Should().Contain(line => line.Contains("commit: done", StringComparison.Ordinal) && line.Contains("KB free", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_read_and_every_change_of_it_is_an_error_with_its_place()
    {
        MountedFolder.SkipUnlessPossible();
        using (var lake = Given.Lake(_folder))
            for (var i = 0; i < 3; i++)
                await lake.CommitRowsAsync(Given.Row(i));
        var before = Everything();
        using var process = MountedFolder.ReadOnly(_folder["lake"], DiskWorker.ReadOnlyMode, _folder["lake"]);
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var lines = (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        (await errors).Should().BeEmpty();
        lines.Where(line => line.StartsWith("WRONG", StringComparison.Ordinal)).Should().BeEmpty();
        lines[0].Should().Be("read of an older version: done");
        lines.Skip(1).Select(line => line.Split(':')[0]).Should().Equal("commit", "new table", "delete", "optimize", "vacuum", "checkpoint", "hold", "release");
        lines.Skip(1).Where(line => !line.StartsWith("vacuum", StringComparison.Ordinal)).Should().OnlyContain(line => IsFailureOfTheDisk(line, "Read-only file system"));
        Everything().Should().Equal(before);
    }

    /// <summary>By us or by the engine, with the file's path and the system's reason.</summary>
    private bool IsFailureOfTheDisk(string line, params string[] reasons) =>
        (line.Contains(" IOException: ", StringComparison.Ordinal) || line.Contains(" SqlException: IO Error: ", StringComparison.Ordinal)) && line.Contains(_folder.Path, StringComparison.Ordinal) && reasons.Any(reason => line.Contains(reason, StringComparison.OrdinalIgnoreCase));

    private List<string> Everything() => [.. Directory.EnumerateFiles(_folder["lake"], "*", SearchOption.AllDirectories).Select(f => $"{f} {new FileInfo(f).Length}").Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();
}
