using Plinth.Catalog;
using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Lifecycle;

namespace Plinth.Tests;

public sealed class LifecycleTests
{
    private sealed class SimulatedCrash : Exception;

    [Fact]
    public async Task A_crash_after_the_work_of_any_step_and_before_it_is_noted_loses_and_doubles_nothing()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        string[] points =
        [
            "Submitted:stored", "Screened", "RanPublic:stored", "RanPublic", "ScoredPublic:committed", "ScoredPublic", "RanHidden:stored", "RanHidden",
            "ScoredHidden:committed", "ScoredHidden", "Approved", "UnderReview", "Released:committed", "Released",
        ];
        var reached = new List<string>();
        foreach (var point in points)
        {
            var crashed = false;
            using var dying = lake.Open(at =>
            {
                if (at == point && !crashed)
                {
                    crashed = true;
                    throw new SimulatedCrash();
                }
            });
            await dying.Invoking(Whole).Should().ThrowAsync<SimulatedCrash>($"of {point}");
            reached.Add(point);
        }
        using var sandbox = lake.Open();
        var submission = await Whole(sandbox);
        reached.Should().Equal(points);
        submission.State.Should().Be(SubmissionState.Released);
        lake.Sql("sandbox.evaluation", "split, metric").Should().HaveCount(4);
        lake.Sql("sandbox.release", "submission_id").Should().HaveCount(1);
        new SandboxStore(Path.Combine(lake.Root, "control")).Transitions(submission.Id).Should().Equal(
            ("Submitted", "Screened"), ("Screened", "RanPublic"), ("RanPublic", "ScoredPublic"), ("ScoredPublic", "RanHidden"),
            ("RanHidden", "ScoredHidden"), ("ScoredHidden", "UnderReview"), ("UnderReview", "Released"));
        Directory.GetDirectories(Path.Combine(lake.Root, "sandbox", "runs", submission.Id)).Should().HaveCount(3, "public, hidden, and the public one repeated");
        sandbox.Submissions().Should().ContainSingle();
        lake.Catalog.Audit.Verify().BrokenAt.Should().BeNull();

        async Task<Submission> Whole(SandboxService sandbox)
        {
            await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
            var id = (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"))).Id;
            await sandbox.ProcessAsync(id);
            return await lake.ReleaseAsync(sandbox, id);
        }
    }

    [Fact]
    public async Task A_submission_is_identified_by_content_scenario_and_organisation_and_refused_whole_when_faulty()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var first = await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"));
        var again = await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"));
        var other = await sandbox.SubmitAsync(GivenLake.Scenario, "beta", GivenLake.Submission("agency-majority"));
        again.Should().BeEquivalentTo(first with { Unchanged = true });
        other.Id.Should().NotBe(first.Id);
        other.ContentSha256.Should().Be(first.ContentSha256);

        Code(lake, "bad", "print(1)", "\"network\": true, ");
        (await sandbox.Invoking(s => s.SubmitAsync(GivenLake.Scenario, "acme", lake.Scratch("bad"))).Should().ThrowAsync<SubmissionRefusedException>())
            .Which.Faults.Should().Equal("sandbox.json: field 'network' is not known");
        await sandbox.Invoking(s => s.SubmitAsync(GivenLake.Scenario, "../acme", lake.Scratch("bad"))).Should().ThrowAsync<SubmissionRefusedException>();
        await sandbox.Invoking(s => s.SubmitAsync("no-such", "acme", lake.Scratch("bad"))).Should().ThrowAsync<ScenarioException>();
        sandbox.Submissions().Should().HaveCount(2);
        Directory.GetFileSystemEntries(Path.Combine(lake.Root, "sandbox", "submissions")).Should().ContainSingle();
        Directory.Exists(Path.Combine(lake.Root, "sandbox", "incoming")).Should().BeFalse("code that comes in is kept in memory until it is sealed");
    }

    [Fact]
    public async Task A_failing_submission_is_told_why_on_public_rows_and_no_more_than_that_on_hidden_ones()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);

        (await FailAsync("crash", "raise ValueError('my own mistake')")).Should().Match<SubmissionFailure>(f => f.Kind == "crash" && f.Message.Contains("ValueError: my own mistake"));
        (await FailAsync("silent", "pass")).Should().Be(new SubmissionFailure("output", "/out/predictions.csv was not written"));
        (await FailAsync("link", "import os\nos.symlink('/in/test.csv', '/out/predictions.csv')")).Should().Be(new SubmissionFailure("output", "/out/predictions.csv is a link"));
        (await FailAsync("slow", "while True: pass", "\"limits\": {\"wallClockSeconds\": 1}, ")).Should().Be(new SubmissionFailure("limit", "it ran longer than 1 s"));
        // Behaves on the public rows; on hidden ones (fewer or more than the 828 public) it shouts what it read.
        (await FailAsync("shouts", """
            import csv, sys
            rows = list(csv.DictReader(open("/in/test.csv")))
            if len(rows) != 828:
                sys.exit("hidden row: " + str(rows[0]))
            with open("/out/predictions.csv", "w") as out:
                out.write("service_request_id,agency_responsible\n" + "".join(r["service_request_id"] + ",NYPD\n" for r in rows))
            """)).Should().Be(new SubmissionFailure("crash", "it ended with an error"));

        async Task<SubmissionFailure> FailAsync(string name, string code, string more = "")
        {
            Code(lake, name, code, more);
            var submission = await sandbox.ProcessAsync((await sandbox.SubmitAsync(GivenLake.Scenario, "acme", lake.Scratch(name))).Id);
            submission.State.Should().Be(SubmissionState.Failed);
            (await sandbox.Invoking(s => s.ReleaseAsync(submission.Id, Principal.Operator, "advice:service")).Should().ThrowAsync<ReleaseRefusedException>()).WithMessage("*state Failed*");
            return submission.Failure!;
        }
    }

    [Fact]
    public async Task Inside_a_run_there_are_training_labels_and_no_others_and_nothing_withheld()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        Code(lake, "looks", """
            import os, sys
            for name in sorted(os.listdir("/in")):
                lines = open("/in/" + name).read().splitlines()
                print(name, lines[0], len(lines), file=sys.stderr)
            sys.exit(3)
            """);
        var submission = await sandbox.ProcessAsync((await sandbox.SubmitAsync(GivenLake.Scenario, "acme", lake.Scratch("looks"))).Id);
        submission.Failure!.Message.Should().Be("it ended with exit code 3: test.csv service_request_id,category,description,location_type 829 | train.csv service_request_id,category,description,location_type,agency_responsible 2907");
        lake.Catalog.Access.Grants().Where(grant => grant.Principal.StartsWith("vendor:")).Should().BeEmpty();

        var files = await sandbox.WriteSampleAsync(GivenLake.Scenario, "acme", lake.Scratch("sample"));
        File.ReadLines(files[1]).First().Should().Be("service_request_id,category,description,location_type");
        lake.Catalog.Access.Grants("vendor:acme").Select(grant => grant.Purpose).Should().Equal("scenario:agency-of-request@1.0.0:train", "scenario:agency-of-request@1.0.0:public");
        (await lake.Catalog.EnterAsync(lake.Catalog.Access.Find("vendor:acme")!, "scenario:agency-of-request@1.0.0:hidden")).Should().BeOfType<Passage.Refused>();
    }

    [Fact]
    public async Task Nobody_releases_the_submission_of_their_own_organisation_or_without_the_role()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var submission = await sandbox.ProcessAsync((await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"))).Id);
        lake.Catalog.Access.AddPrincipal(new("person:own", "Acme", ["reviewer"]));
        lake.Catalog.Access.AddPrincipal(new("person:planner", "city", ["planner"]));
        lake.Catalog.Access.AddPrincipal(new("person:reviewer", "city", ["reviewer"]));
        async Task<string> RefusedAsync(Principal principal) =>
            (await sandbox.Invoking(s => s.ReleaseAsync(submission.Id, principal, "advice:service")).Should().ThrowAsync<ReleaseRefusedException>()).Which.Reason;

        (await RefusedAsync(new("person:own", "city", ["reviewer"]))).Should().Be("person:own belongs to acme, whose submission it is; another organisation must review it.", "what the register says counts, not what the caller says");
        (await RefusedAsync(new("person:planner", "city", ["reviewer"]))).Should().Be("person:planner has none of the roles reviewer, steward, operator.");
        (await RefusedAsync(new("person:nobody", "city", ["reviewer"]))).Should().Be("the reviewer is not a principal of the catalog.");
        lake.Sql("sandbox.evaluation", "split").Should().HaveCount(4);
        lake.Lake.Exists(new("sandbox", "release")).Should().BeFalse();

        sandbox.AddSponsor("acme", new("person:sponsor", "city", []));
        lake.Catalog.Access.AddPrincipal(new("person:sponsor", "city", ["reviewer"]));
        (await RefusedAsync(new("person:sponsor", "city", ["reviewer"]))).Should().Be("person:sponsor brought acme in and does not review what it hands in.");
        lake.Catalog.Access.AddPrincipal(new("person:second", "city", ["steward"]));
        for (var again = 0; again < 2; again++)
            (await sandbox.ReleaseAsync(submission.Id, lake.Catalog.Access.Find("person:reviewer")!, "advice:service")).State.Should().Be(SubmissionState.ScoredHidden, "the same reviewer twice is one");
        (await sandbox.Invoking(s => s.ReleaseAsync(submission.Id, lake.Catalog.Access.Find("person:second")!, "advice:drone")).Should().ThrowAsync<ReleaseRefusedException>()).WithMessage("*approved it for 'advice:service', not for 'advice:drone'*");
        var released = await sandbox.ReleaseAsync(submission.Id, lake.Catalog.Access.Find("person:second")!, "advice:service");
        released.Release!.ApprovedBy.Should().Be("person:reviewer, person:second");
        (await sandbox.ReleaseAsync(submission.Id, lake.Catalog.Access.Find("person:reviewer")!, "advice:service")).Should().BeEquivalentTo(released);
    }

    [Fact]
    public async Task Without_isolation_nothing_runs_and_the_submission_waits()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = SandboxService.Open(lake.Catalog, new() { RunId = "t", CodeVersion = "t", Bubblewrap = "/usr/bin/no-such-bwrap" });
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var submission = await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"));
        (await sandbox.Invoking(s => s.ProcessAsync(submission.Id)).Should().ThrowAsync<IsolationUnavailableException>()).WithMessage("No submission is run: bubblewrap is not installed*");
        sandbox.Status(submission.Id).State.Should().Be(SubmissionState.Screened);
    }

    [Fact]
    public async Task Two_services_at_one_submission_do_its_work_once()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var one = lake.Open();
        using var two = lake.Open();
        await one.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var submission = await one.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"));
        var both = await Task.WhenAll(Task.Run(() => one.ProcessAsync(submission.Id)), Task.Run(() => two.ProcessAsync(submission.Id)));
        both.Should().OnlyContain(s => s.State == SubmissionState.ScoredHidden);
        lake.Sql("sandbox.evaluation", "split").Should().HaveCount(4);
        lake.Catalog.Audit.Read().Count(line => line.Action == "sandbox.ran_hidden").Should().Be(1);
    }

    [Fact]
    public async Task What_a_dead_service_left_half_done_is_cleared_and_what_a_living_one_holds_is_not()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        var incoming = Path.Combine(lake.Root, "sandbox", "incoming");
        var (dead, living) = (Path.Combine(incoming, "plinth-run-" + Environment.ProcessId + "-1-abc"), Path.Combine(incoming, RunFolder.NewName()));
        Directory.CreateDirectory(Path.Combine(dead, "code"));
        Directory.CreateDirectory(living);
        lake.Open().Dispose();
        Directory.GetDirectories(incoming).Should().Equal(living);
    }

    [Fact]
    public async Task Code_that_changed_after_it_was_taken_in_is_not_run()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var submission = await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"));
        var file = Path.Combine(lake.Root, "sandbox", "submissions", submission.ContentSha256 + ".sealed");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        (await sandbox.Invoking(s => s.ProcessAsync(submission.Id)).Should().ThrowAsync<InvalidDataException>()).WithMessage("*was changed after it was taken in*");
    }

    [Fact]
    public async Task A_published_scenario_keeps_its_dataset_version_and_its_content()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        var first = await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        await lake.AddAsync("agency_responsible = 'DPR'", "second");
        var again = await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        (again.DatasetVersion, again.PublishedAt).Should().Be((first.DatasetVersion, first.PublishedAt));
        await File.WriteAllTextAsync(lake.Scratch("changed.yaml"), SandboxService.ShippedScenarios[GivenLake.Scenario] + "# changed");
        (await sandbox.Invoking(s => s.PublishAsync(lake.Scratch("changed.yaml"), Principal.Operator)).Should().ThrowAsync<ScenarioException>()).WithMessage("*give the changed one a new version*");
        lake.Catalog.Access.AddPrincipal(new("vendor:x", "x", ["vendor"]));
        (await sandbox.Invoking(s => s.PublishAsync(GivenLake.Scenario, lake.Catalog.Access.Find("vendor:x")!)).Should().ThrowAsync<ScenarioException>()).WithMessage("*may not publish*");
    }

    private static void Code(GivenLake lake, string name, string code, string more = "")
    {
        Directory.CreateDirectory(lake.Scratch(name));
        File.WriteAllText(lake.Scratch(name, "sandbox.json"), $$"""{ {{more}}"need": "agency-of-request", "kind": "python", "entry": "main.py", "outputs": ["predictions.csv"] }""");
        File.WriteAllText(lake.Scratch(name, "main.py"), code);
    }
}
