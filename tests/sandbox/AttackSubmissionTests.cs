using Plinth.Catalog;
using Plinth.Sandbox;

namespace Plinth.Tests;

/// <summary>Submissions that answer soundly and try to carry out what they read, or to behave only where they are scored.</summary>
public sealed class AttackSubmissionTests
{
    [Fact]
    public async Task What_an_answer_carries_in_digits_is_cut_to_three_and_no_row_of_it_reaches_the_vendor()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        // each confidence spells seven bytes of the row's own category; what it prints spells the rest
        var id = await SubmitAsync(lake, sandbox, "encodes", """
            import csv
            with open("/out/predictions.csv", "w") as out:
                out.write("service_request_id,agency_responsible,confidence\n")
                for row in csv.DictReader(open("/in/test.csv")):
                    secret = int.from_bytes(row["category"].encode()[:7].ljust(7, b" "), "big")
                    out.write(row["service_request_id"] + ",NYPD,0." + str(secret).rjust(17, "0") + "\n")
                    print(row["category"], flush=True)
            """);
        (await sandbox.ProcessAsync(id)).State.Should().Be(SubmissionState.ScoredHidden);
        await lake.ReleaseAsync(sandbox, id);
        var run = await sandbox.RunReleasedAsync(id, "advice:service");
        run.Rows.Should().OnlyContain(row => row.Confidence == Math.Round(row.Confidence!.Value, 3));
        var view = System.Text.Json.JsonSerializer.Serialize(sandbox.StatusForVendor(id, "acme"));
        lake.Sql("hotline.service_request", "DISTINCT category").Select(row => (string)row[0]!).Should().OnlyContain(category => !view.Contains(category));
        lake.Catalog.Access.AddPrincipal(new("vendor:acme", "acme", ["vendor", "reviewer"]));
        sandbox.Invoking(s => s.Logs(id, lake.Catalog.Access.Find("vendor:acme")!)).Should().Throw<ReleaseRefusedException>("logs are for reviewers of others");
        sandbox.Logs(id, Principal.Operator)["hidden/stdout.txt"].Should().NotBeEmpty();
    }

    [Fact]
    public async Task One_that_answers_otherwise_when_it_runs_again_is_marked()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var id = await SubmitAsync(lake, sandbox, "dice", """
            import csv, os
            with open("/out/predictions.csv", "w") as out:
                out.write("service_request_id,agency_responsible\n")
                for row in csv.DictReader(open("/in/test.csv")):
                    out.write(row["service_request_id"] + "," + ("NYPD" if os.urandom(1)[0] % 2 else "DSNY") + "\n")
            """);
        await sandbox.ProcessAsync(id);
        var released = await lake.ReleaseAsync(sandbox, id);
        released.Deterministic.Should().BeFalse();
        lake.Catalog.Audit.Read().Last(line => line.Action == "sandbox.released").Details["deterministic"].Should().Be("no");
    }

    [Fact]
    public async Task One_that_behaves_only_on_the_public_rows_is_ranked_by_the_hidden_ones()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        // knows the public split by its size and answers well only there
        var id = await SubmitAsync(lake, sandbox, "pretends", """
            import csv
            from collections import Counter, defaultdict
            by = defaultdict(Counter)
            for row in csv.DictReader(open("/in/train.csv")):
                by[row["category"]][row["agency_responsible"]] += 1
            rows = list(csv.DictReader(open("/in/test.csv")))
            with open("/out/predictions.csv", "w") as out:
                out.write("service_request_id,agency_responsible\n")
                for row in rows:
                    best = by[row["category"]].most_common(1)
                    out.write(row["service_request_id"] + "," + (best[0][0] if len(rows) == 828 and best else "NYPD") + "\n")
            """);
        var scored = await sandbox.ProcessAsync(id);
        scored.Scores.First(s => s is { Split: "public", Metric: "macro_f1" }).Score.Should().BeGreaterThan(0.9);
        var board = await sandbox.LeaderboardAsync(GivenLake.Scenario);
        board[0].Hidden.Score.Should().BeLessThanOrEqualTo(board.Single(line => line.IsBaseline).Hidden.High, "the board is of the hidden rows");
    }

    private static async Task<string> SubmitAsync(GivenLake lake, SandboxService sandbox, string name, string code)
    {
        Directory.CreateDirectory(lake.Scratch(name));
        await File.WriteAllTextAsync(lake.Scratch(name, "sandbox.json"), """{ "need": "agency-of-request", "kind": "python", "entry": "main.py", "outputs": ["predictions.csv"] }""");
        await File.WriteAllTextAsync(lake.Scratch(name, "main.py"), code);
        return (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", lake.Scratch(name))).Id;
    }
}
