using Plinth.Sandbox.Isolation;

namespace Plinth.Tests.Isolation;

public sealed class SelfTestTests
{
    [Fact]
    public async Task Every_attack_of_the_self_test_works_on_the_host_and_fails_inside()
    {
        Given.Isolation();
        var verdict = await SelfTest.RunAsync(Given.Options, CancellationToken.None);
        verdict.Reason.Should().BeNull();
        verdict.Available.Should().BeTrue();
        verdict.Probes.Select(probe => probe.Attack).Should().Equal("loopback", "abstract_socket", "netlink", "host_file", "environment", "inherited_descriptor", "write_input");
        verdict.Probes.Should().OnlyContain(probe => probe.Passed);
        verdict.Hash.Should().HaveLength(64);
        verdict.Backend.Should().StartWith("bubblewrap ");
    }

    [Fact]
    public async Task Without_bubblewrap_nothing_runs_and_the_reason_says_what_to_install()
    {
        var verdict = await SelfTest.RunAsync(Given.Options with { Bubblewrap = "/usr/bin/no-such-bwrap" }, CancellationToken.None);
        verdict.Available.Should().BeFalse();
        verdict.Reason.Should().Be("bubblewrap is not installed ('/usr/bin/no-such-bwrap' is not there); run: apt-get install -y bubblewrap");
    }

    [Fact]
    public async Task A_back_end_that_isolates_nothing_is_found_out()
    {
        Given.Isolation();
        using var folder = new TemporaryFolder();
        // Plays bubblewrap, runs the program on the host with the paths that it expects, and notes a good end.
        var fake = folder["bwrap"];
        await File.WriteAllTextAsync(fake, """
            #!/bin/bash
            [ "$1" = --version ] && { echo "bubblewrap 9.9"; exit; }
            arguments=(); while IFS= read -r -d '' a; do arguments+=("$a"); done <&8
            for ((i = 0; i < ${#arguments[@]}; i++)); do case "${arguments[i]}" in /in) in=${arguments[i-1]} ;; /out) out=${arguments[i-1]} ;; /app) app=${arguments[i-1]} ;; esac; done
            /usr/bin/python3 -B "$app/probe.py" "$in" "$out/report.txt"
            echo "{ \"exit-code\": $? }" >&7
            """);
        File.SetUnixFileMode(fake, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        var verdict = await SelfTest.RunAsync(Given.Options with { Bubblewrap = fake }, CancellationToken.None);
        verdict.Available.Should().BeFalse();
        verdict.Reason.Should().StartWith("the self test failed: 'loopback' gets through the isolation; 'abstract_socket' gets through the isolation; 'netlink' gets through");
    }
}
