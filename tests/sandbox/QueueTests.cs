using System.Collections.Concurrent;
using Plinth.Catalog;
using Plinth.Sandbox;
using Plinth.Sandbox.Lifecycle;

namespace Plinth.Tests;

public sealed class QueueTests
{
    [Fact]
    public async Task Five_hundred_submissions_with_two_slots_and_services_that_die_lose_nothing_and_double_nothing()
    {
        using var folder = new TemporaryFolder();
        var store = new SandboxStore(folder["control"]);
        var desk = new Desk(store);
        for (var i = 0; i < 500; i++)
            Add(store, $"sub_{i:000}", $"org{i % 7}", i);
        var done = new ConcurrentBag<string>();
        int running = 0, most = 0, lives = 0;
        while (desk.Open().Count > 0)
        {
            // a service that is stopped after some work; the next one knows only what the store knows
            using var life = new CancellationTokenSource();
            var left = 40 + 10 * lives++;
            await new SubmissionQueue(desk, folder["locks"]).WorkAsync(2, async (id, cancel) =>
            {
                var now = Interlocked.Increment(ref running);
                try
                {
                    InterlockedMax(ref most, now);
                    await Task.Yield();
                    if (Interlocked.Decrement(ref left) < 0)
                        await life.CancelAsync();
                    cancel.ThrowIfCancellationRequested();
                    store.Move(id, SubmissionState.Submitted, SubmissionState.ScoredHidden, DateTimeOffset.UnixEpoch, "t");
                    done.Add(id);
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }
            }, (_, _) => { }, life.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        done.Should().HaveCount(500).And.OnlyHaveUniqueItems();
        most.Should().Be(2);
        lives.Should().BeGreaterThan(3);
        store.Submissions(null).Should().OnlyContain(s => s.State == "ScoredHidden");
    }

    [Fact]
    public async Task An_organisation_with_one_submission_does_not_wait_behind_anothers_hundred()
    {
        using var folder = new TemporaryFolder();
        var store = new SandboxStore(folder["control"]);
        for (var i = 0; i < 100; i++)
            Add(store, $"big_{i:000}", "big", i);
        Add(store, "small_0", "small", 200);
        Add(store, "other_0", "other", 201);
        var order = new List<string>();
        await new SubmissionQueue(new(store), folder["locks"]).WorkAsync(1, (id, _) =>
        {
            order.Add(id);
            return Task.CompletedTask;
        }, (_, _) => { }, CancellationToken.None);
        order.Should().HaveCount(102).And.OnlyHaveUniqueItems();
        order.Take(4).Should().Equal("big_000", "small_0", "other_0", "big_001");
    }

    [Fact]
    public async Task One_that_cannot_be_driven_on_is_reported_and_the_others_go_on()
    {
        using var folder = new TemporaryFolder();
        var store = new SandboxStore(folder["control"]);
        foreach (var id in new[] { "a", "b", "c" })
            Add(store, id, "acme", id[0]);
        var (done, failed) = (new List<string>(), new List<string>());
        await new SubmissionQueue(new(store), folder["locks"]).WorkAsync(1, (id, _) =>
        {
            if (id == "b")
                throw new InvalidDataException("broken");
            done.Add(id);
            return Task.CompletedTask;
        }, (id, exception) => failed.Add($"{id}: {exception.Message}"), CancellationToken.None);
        done.Should().Equal("a", "c");
        failed.Should().Equal("b: broken");
    }

    [Fact]
    public void Three_scores_a_day_are_shown_and_thirty_in_all_to_an_organisation_whatever_it_hands_in()
    {
        using var folder = new TemporaryFolder();
        var store = new SandboxStore(folder["control"]);
        var desk = new Desk(store);
        var scenario = ManifestTests.GivenScenario();
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var shown = 0;
        for (var i = 0; i < 20 * 10; i++)
        {
            var record = Add(store, $"s{i:000}", "acme", i);
            // ten a day, each better than all before
            desk.Reveal(record, scenario, 0.1 + i * 0.004, at.AddDays(i / 10).AddHours(i % 10));
            shown += desk.Shown(record.Id) is null ? 0 : 1;
            if (i == 9)
                shown.Should().Be(3);
        }
        shown.Should().Be(30);
        desk.Reveal(Add(store, "other", "beta", 999), scenario, 0.5, at.AddDays(20));
        desk.Shown("other").Should().BeApproximately(0.5, 1e-9, "another organisation has its own");
    }

    [Fact]
    public async Task Two_submissions_of_an_organisation_see_the_hidden_split_and_a_third_waits()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            Answers(lake, $"try{i}", $"NYPD' if {i} == {i} else 'DSNY");
            ids.Add((await sandbox.SubmitAsync(GivenLake.Scenario, "acme", lake.Scratch($"try{i}"))).Id);
        }
        await sandbox.WorkAsync(2);
        ids.Select(id => sandbox.Status(id).State).Should().BeEquivalentTo([SubmissionState.ScoredHidden, SubmissionState.ScoredHidden, SubmissionState.ScoredPublic]);
        lake.Sql("sandbox.evaluation", "split").Count(row => (string)row[0]! == "hidden").Should().Be(4);
        var view = sandbox.StatusForVendor(ids[0], "acme");
        view.Runs.Should().BeEmpty();
        view.Scores.First(s => s.Split == "public").Score.Should().BeApproximately(Math.Round(sandbox.Status(ids[0]).Scores[0].Score, 2), 1e-9);
        sandbox.Invoking(s => s.StatusForVendor(ids[0], "beta")).Should().Throw<SubmissionNotFoundException>();
    }

    [Fact]
    public async Task A_submission_is_taken_back_while_it_runs_and_its_process_ends()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        Directory.CreateDirectory(lake.Scratch("sleeps"));
        await File.WriteAllTextAsync(lake.Scratch("sleeps", "sandbox.json"), """{ "need": "agency-of-request", "kind": "python", "entry": "main.py", "outputs": ["predictions.csv"] }""");
        await File.WriteAllTextAsync(lake.Scratch("sleeps", "main.py"), "import time\ntime.sleep(50)");
        var id = (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", lake.Scratch("sleeps"))).Id;
        var started = new TaskCompletionSource();
        var work = sandbox.ProcessAsync(id, new Heard(p =>
        {
            if (p.State == SubmissionState.Screened)
                started.TrySetResult();
        }));
        await started.Task;
        await sandbox.Invoking(s => s.CancelAsync(id, "beta")).Should().ThrowAsync<SubmissionNotFoundException>();
        var cancelled = await sandbox.CancelAsync(id, "acme").WaitAsync(TimeSpan.FromSeconds(20));
        (await work.WaitAsync(TimeSpan.FromSeconds(20))).State.Should().Be(SubmissionState.Cancelled);
        cancelled.State.Should().Be(SubmissionState.Cancelled);
        (await sandbox.CancelAsync(id, "acme")).State.Should().Be(SubmissionState.Cancelled);
        Directory.Exists(Path.Combine(lake.Root, "sandbox", "runs", id)).Should().BeFalse();
    }

    internal static void Answers(GivenLake lake, string name, string label)
    {
        Directory.CreateDirectory(lake.Scratch(name));
        File.WriteAllText(lake.Scratch(name, "sandbox.json"), """{ "need": "agency-of-request", "kind": "python", "entry": "main.py", "outputs": ["predictions.csv"] }""");
        File.WriteAllText(lake.Scratch(name, "main.py"), $"""
            import csv
            with open("/out/predictions.csv", "w") as out:
                out.write("service_request_id,agency_responsible\n")
                for row in csv.DictReader(open("/in/test.csv")):
                    out.write(row["service_request_id"] + "," + ('{label}') + "\n")
            """);
    }

    private static SubmissionRecord Add(SandboxStore store, string id, string organisation, int second)
    {
        var at = SandboxStore.Text(DateTimeOffset.UnixEpoch.AddSeconds(second));
        var record = new SubmissionRecord(id, "agency-of-request", "1.0.0", organisation, "", nameof(SubmissionState.Submitted), at, at);
        store.AddSubmission(record).Should().BeTrue();
        return record;
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = most; now > seen; seen = most)
            Interlocked.CompareExchange(ref most, now, seen);
    }

    private sealed class Heard(Action<SandboxProgress> hear) : IProgress<SandboxProgress>
    {
        public void Report(SandboxProgress value) => hear(value);
    }
}
