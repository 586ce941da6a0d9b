using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;

namespace Plinth.Tests.Isolation;

public sealed class ConformanceTests
{
    [Fact]
    public async Task Every_attack_works_on_the_host_and_is_blocked_by_each_back_end_and_one_that_isolates_nothing_is_found_out()
    {
        Given.Isolation();
        using var folder = new TemporaryFolder();
        var fake = await PretenderAsync(folder);
        var verdicts = await Conformance.RunAsync(Given.Options, [new Bubblewrap(Given.Options), new Bubblewrap(Given.Options with { Bubblewrap = fake }), new GVisor(Given.Options)], CancellationToken.None);
        Holds(verdicts[0], "bubblewrap ");
        verdicts[1].Available.Should().BeFalse();
        verdicts[1].Reason.Should().StartWith("the conformance job failed: 'loopback_ipv4' gets through the isolation; ").And.Contain("'abstract_socket' gets through").And.Contain("'netlink_socket' gets through")
            .And.Contain("'process_of_the_service' gets through").And.Contain("'user_namespace' gets through");
        if (new GVisor(Given.Options).Missing is { } missing)
            verdicts[2].Reason.Should().Be(missing);
        else
            Holds(verdicts[2], "gvisor ");
    }

    [Fact]
    public async Task Without_bubblewrap_nothing_runs_and_the_reason_says_what_to_install()
    {
        var verdict = await ConformanceCache.VerdictAsync(Given.Options with { Bubblewrap = "/usr/bin/no-such-bwrap" }, fresh: false, CancellationToken.None);
        verdict.Available.Should().BeFalse();
        verdict.Reason.Should().Be("bubblewrap is not installed ('/usr/bin/no-such-bwrap' is not there); run: apt-get install -y bubblewrap");
    }

    [Fact]
    public async Task A_back_end_that_is_not_known_runs_nothing()
    {
        var verdict = await ConformanceCache.VerdictAsync(Given.Options with { Backend = "chroot" }, fresh: false, CancellationToken.None);
        verdict.Available.Should().BeFalse();
        verdict.Reason.Should().Be("there is no back end 'chroot'; known are bubblewrap, gvisor.");
    }

    [Fact]
    public async Task A_verdict_is_remembered_while_good_and_forgotten_when_the_job_fails()
    {
        Given.Isolation();
        using var folder = new TemporaryFolder();
        var options = Given.Options with { ScratchFolder = folder.Path };
        var good = new IsolationVerdict(true, "bubblewrap 0", "hash", [], null, []);
        var backend = new Bubblewrap(options);
        await ConformanceCache.KeepAsync(options, backend, good, CancellationToken.None);
        (await ConformanceCache.VerdictAsync(options, fresh: false, CancellationToken.None)).Hash.Should().Be("hash");
        var file = Directory.GetFiles(Directory.GetDirectories(folder.Path).Single()).Single();
        File.GetUnixFileMode(Path.GetDirectoryName(file)!).Should().Be((UnixFileMode)0b111_000_000);
        await ConformanceCache.KeepAsync(options, backend, good with { Available = false }, CancellationToken.None);
        File.Exists(file).Should().BeFalse();
    }

    [Theory]
    [InlineData(0.3, "reached: 0.3 s of work took 0.3 s")]
    [InlineData(2.3, "reached: 0.3 s of work took 2.3 s")]
    [InlineData(2.5, "blocked: 0.3 s of work took 2.5 s")]
    [InlineData(30, "blocked: 0.3 s of work took 30.0 s")]
    public void A_share_of_the_cores_holds_also_where_a_busy_machine_never_gave_enough_to_be_throttled(double seconds, string result) =>
        AttackedBackend.Cores(TimeSpan.FromSeconds(seconds), 0.1).Should().Be(result);

    /// <summary>Plays bubblewrap, runs the program on the host with the paths that it expects, and notes a good end.</summary>
    private static async Task<string> PretenderAsync(TemporaryFolder folder)
    {
        var fake = folder["bwrap"];
        await File.WriteAllTextAsync(fake, """
            #!/bin/bash
            [ "$1" = --version ] && { echo "bubblewrap 9.9"; exit; }
            arguments=(); while IFS= read -r -d '' a; do arguments+=("$a"); done <&8
            for ((i = 0; i < ${#arguments[@]}; i++)); do case "${arguments[i]}" in /in) in=${arguments[i-1]} ;; /out) out=${arguments[i-1]} ;; /app) app=${arguments[i-1]} ;; esac; done
            while [ "$1" != -- ]; do shift; done
            scratch=$(mktemp -d)
            /usr/bin/python3 -B "$app/attacks.py" "$6" "$in" "$out" "$scratch"
            echo "{ \"exit-code\": $? }" >&7
            rm -rf "$scratch"
            """);
        File.SetUnixFileMode(fake, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        return fake;
    }

    private static void Holds(IsolationVerdict verdict, string backend)
    {
        verdict.Probes.Where(probe => !probe.Passed).Should().BeEmpty();
        verdict.Reason.Should().BeNull();
        verdict.Available.Should().BeTrue();
        verdict.Probes.Should().HaveCountGreaterThan(55);
        verdict.Probes.Count(probe => probe.Proved).Should().BeGreaterThan(Signals.IsRoot ? 45 : 30);
        verdict.Hash.Should().HaveLength(64);
        verdict.Backend.Should().StartWith(backend);
    }
}
