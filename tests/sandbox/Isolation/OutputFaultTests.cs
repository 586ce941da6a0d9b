using System.Text;
using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;

namespace Plinth.Tests.Isolation;

public sealed class OutputFaultTests
{
    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("gvisor")]
    public async Task An_answer_of_ten_gigabytes_stops_at_the_quota_and_pipes_links_and_holes_do_not_leave(string backend)
    {
        if (backend == "gvisor")
            Given.GVisor();
        var inside = await Given.InsideAsync("""
            import os
            def attempt(what):
                try: what()
                except OSError: pass
            written, block = 0, b"x" * (1 << 20)
            try:
                with open("/out/big.csv", "wb", buffering=0) as file:
                    while written < 10 << 30: written += file.write(block)
                print("all of it")
            except OSError as e: print("stopped", written <= 8 << 20, e.errno in (27, 28))
            os.unlink("/out/big.csv")
            attempt(lambda: os.mkfifo("/out/pipe.csv"))
            attempt(lambda: os.symlink("/etc/passwd", "/out/link.csv"))
            with open("/out/sparse.csv", "wb") as file: attempt(lambda: file.truncate(1 << 40))
            with open("/out/good.csv", "w") as file: file.write("a,b\n")
            """, new() { WallClock = TimeSpan.FromMinutes(2), OutputBytes = 8L << 20 }, ["good.csv", "pipe.csv", "link.csv", "sparse.csv"],
            backend: backend == "gvisor" ? new GVisor(Given.Options) : new Bubblewrap(Given.Options));
        inside.Outcome.Should().Be(IsolatedOutcome.Completed, inside.Text());
        inside.Text().Should().Be("stopped True True\n");
        Encoding.UTF8.GetString(inside.Files[0].Content!).Should().Be("a,b\n");
        inside.Files[1].Content.Should().BeNull("whether the pipe could be made or not");
        inside.Files[2].Content.Should().BeNull();
        (inside.Files[3].Content?.Length ?? 0).Should().Be(0, "a hole of 1 TiB is refused when it is made or when it is collected");
    }
}
