using System.Diagnostics;
using System.Globalization;
using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;

namespace Plinth.Tests.Isolation;

public sealed class LimitTests
{
    private static readonly RunLimits Small = new() { WallClock = TimeSpan.FromSeconds(20), MemoryBytes = 96L << 20, Processes = 32, OutputBytes = 8L << 20, OutputFiles = 100, ScratchBytes = 8L << 20, TextBytes = 64 << 10 };

    [Fact]
    public async Task A_fork_bomb_stops_at_the_limit_of_processes()
    {
        var inside = await Given.InsideAsync("""
            import os, signal, time
            made = 0
            try:
                for _ in range(600):
                    if os.fork() == 0:
                        time.sleep(30)
                        os._exit(0)
                    made += 1
            except OSError as e:
                print(made, e.errno)
            """, Small);
        inside.Outcome.Should().Be(IsolatedOutcome.Completed);
        var answer = inside.Text().Split(' ');
        int.Parse(answer[0], CultureInfo.InvariantCulture).Should().BeInRange(20, 36);
        answer[1].Trim().Should().Be("11");
    }

    [Fact]
    public async Task Too_much_memory_ends_the_run_and_is_named()
    {
        const string code = "blocks = []\nfor _ in range(64): blocks.append(bytearray(b'x') * (8 << 20))\nprint('got it all')";
        (await Given.OnHostAsync(code)).Should().Be("got it all\n");
        var inside = await Given.InsideAsync(code, Small);
        inside.Outcome.Should().Be(IsolatedOutcome.Memory);
        inside.Text().Should().NotContain("got it all");
    }

    [Fact]
    public async Task A_run_past_its_wall_clock_is_killed_and_nothing_of_it_is_left()
    {
        var marker = "marker-" + Guid.NewGuid().ToString("n");
        var clock = Stopwatch.StartNew();
        var inside = await Given.InsideAsync(Family(marker), Small with { WallClock = TimeSpan.FromSeconds(2) });
        inside.Outcome.Should().Be(IsolatedOutcome.WallClock);
        inside.ExitCode.Should().BeNull();
        inside.Text().Should().Be("started\n");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
        Processes(marker).Should().BeEmpty();
    }

    [Fact]
    public async Task A_flood_of_standard_output_ends_the_run_and_is_cut()
    {
        var inside = await Given.InsideAsync("import os\nwhile True: os.write(1, b'x' * 65536)", Small);
        inside.Outcome.Should().Be(IsolatedOutcome.Text);
        inside.StandardOutput.Should().HaveCount(64 << 10);
    }

    [Fact]
    public async Task Processor_time_is_limited_where_the_wall_clock_is_not_reached()
    {
        var inside = await Given.InsideAsync("while True: pass", Small with { Processor = TimeSpan.FromSeconds(1) });
        inside.Outcome.Should().Be(IsolatedOutcome.Processor);
    }

    [Fact]
    public async Task Output_is_limited_in_bytes_and_files_and_so_is_scratch_space()
    {
        var inside = await Given.InsideAsync("""
            import os
            def fill(path):
                written = 0
                try:
                    with open(path, "wb", buffering=0) as f:
                        while written < 1 << 30: written += f.write(b"x" * 65536)
                except OSError as e: print(path, written <= 8 << 20, e.errno)
            fill("/tmp/a"); fill("/out/a"); os.unlink("/out/a")
            try:
                for i in range(20000): open("/out/%d" % i, "w").close()
            except OSError as e: print(i < 100, e.errno)
            try:
                with open("/out/1", "r+b") as f: f.truncate(1 << 40)
            except OSError as e: print("sparse", e.errno)
            """, Small);
        inside.Text().Should().MatchRegex(@"\A/tmp/a True (28|27)\n/out/a True (28|27)\nTrue 28\nsparse 27\n\z");
    }

    [Fact]
    public async Task Cancelling_leaves_no_process_folder_or_mount()
    {
        Given.Isolation();
        var marker = "marker-" + Guid.NewGuid().ToString("n");
        using var scratch = new TemporaryFolder();
        File.SetUnixFileMode(scratch.Path, (UnixFileMode)0b111_001_001);
        using var cancel = new CancellationTokenSource();
        var driver = new IsolationDriver(Given.Options with { ScratchFolder = scratch.Path });
        await File.WriteAllTextAsync(scratch["main.py"], Family(marker), CancellationToken.None);
        var run = driver.RunAsync(new() { Command = [Given.Options.Python, "/app/main.py"], Runtime = Given.Runtime, App = new Dictionary<string, string> { ["main.py"] = scratch["main.py"] }, Limits = Small }, cancel.Token);
        await WaitForAsync(() => Processes(marker).Count >= 4);
        Directory.EnumerateDirectories(scratch.Path).Should().ContainSingle();
        await cancel.CancelAsync();
        await run.Invoking(r => r).Should().ThrowAsync<OperationCanceledException>();
        Processes(marker).Should().BeEmpty();
        Directory.EnumerateDirectories(scratch.Path).Should().BeEmpty();
        (await File.ReadAllTextAsync("/proc/self/mounts", CancellationToken.None)).Should().NotContain(scratch.Path);
    }

    [Fact]
    public async Task Killing_the_launcher_kills_everything_inside()
    {
        var marker = "marker-" + Guid.NewGuid().ToString("n");
        var run = Given.InsideAsync(Family(marker), Small);
        await WaitForAsync(() => Processes(marker).Count >= 4);
        Signals.Kill(Launcher(Processes(marker)[0]));
        await run.Invoking(r => r).Should().ThrowAsync<IsolationUnavailableException>();
        await WaitForAsync(() => Processes(marker).Count == 0);
    }

    [Fact]
    public async Task Killing_the_service_kills_everything_inside_and_the_next_service_clears_up()
    {
        Given.Isolation();
        var marker = "marker-" + Guid.NewGuid().ToString("n");
        using var scratch = new TemporaryFolder();
        File.SetUnixFileMode(scratch.Path, (UnixFileMode)0b111_001_001);
        var start = new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet")
        {
            ArgumentList = { typeof(LimitTests).Assembly.Location, "-explicit", "only", "-method", $"*.{nameof(Plays_a_service_until_killed)}" },
            Environment = { ["PLINTH_TEST_SCRATCH"] = scratch.Path, ["PLINTH_TEST_MARKER"] = marker },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var service = Process.Start(start)!;
        await WaitForAsync(() => Processes(marker).Count >= 4, TimeSpan.FromSeconds(30));
        Signals.Kill(service.Id);
        await service.WaitForExitAsync();
        await WaitForAsync(() => Processes(marker).Count == 0);
        Directory.EnumerateDirectories(scratch.Path).Should().ContainSingle("nobody was left to remove it");
        RunFolder.Sweep(scratch.Path);
        Directory.EnumerateDirectories(scratch.Path).Should().BeEmpty();
    }

    [Fact(Explicit = true)]
    public async Task Plays_a_service_until_killed()
    {
        var scratch = Environment.GetEnvironmentVariable("PLINTH_TEST_SCRATCH")!;
        var code = Path.Combine(scratch, "main.py");
        await File.WriteAllTextAsync(code, Family(Environment.GetEnvironmentVariable("PLINTH_TEST_MARKER")!), CancellationToken.None);
        await new IsolationDriver(Given.Options with { ScratchFolder = scratch }).RunAsync(
            new() { Command = [Given.Options.Python, "/app/main.py"], Runtime = Given.Runtime, App = new Dictionary<string, string> { ["main.py"] = code }, Limits = Small with { WallClock = TimeSpan.FromMinutes(2) } }, CancellationToken.None);
    }

    /// <summary>A parent and three children in sessions of their own, all with the marker in their command line, all asleep.</summary>
    private static string Family(string marker) => $"""
        import os, sys
        print("started", flush=True)
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
                break
        os.execv("{Given.Options.Python}", ["python3", "-c", "import time; time.sleep(600)", "{marker}"])
        """;

    private static List<int> Processes(string marker) => [.. Commands().Where(c => c.Line.Contains(marker, StringComparison.Ordinal) && !c.Line.Contains("-method", StringComparison.Ordinal)).Select(c => c.Id)];

    /// <summary>Of a process inside, the one among its forefathers that this process started.</summary>
    private static int Launcher(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var parent = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        return parent == Environment.ProcessId ? process : Launcher(parent);
    }

    private static IEnumerable<(int Id, string Line)> Commands()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id))
            {
                string line;
                try
                {
                    line = File.ReadAllText(Path.Combine(folder, "cmdline"));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    continue;
                }
                yield return (id, line);
            }
    }

    private static async Task WaitForAsync(Func<bool> condition, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            clock.Elapsed.Should().BeLessThan(within ?? TimeSpan.FromSeconds(10));
            await Task.Delay(20);
        }
    }
}
