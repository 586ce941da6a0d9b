using System.Text;
using Plinth.Sandbox.Isolation;

namespace Plinth.Tests.Isolation;

public sealed class CollectorTests
{
    [Fact]
    public async Task Of_what_lies_in_out_only_declared_regular_files_leave()
    {
        using var secret = new TemporaryFolder();
        await File.WriteAllTextAsync(secret["truth.csv"], "the hidden truth");
        var inside = await Given.InsideAsync($"""
            import os
            open("/out/good.csv", "w").write("a,b\n")
            open("/out/undeclared.csv", "w").write("x")
            os.symlink("{secret["truth.csv"]}", "/out/link.csv")
            os.symlink("good.csv", "/out/inner.csv")
            os.link("/out/good.csv", "/out/second.csv"); os.unlink("/out/second.csv")
            open("/out/twice.csv", "w").write("x"); os.link("/out/twice.csv", "/out/again.csv")
            os.mkdir("/out/folder.csv")
            open("/out/none.csv", "w").close()
            """, outputs: ["good.csv", "link.csv", "inner.csv", "twice.csv", "folder.csv", "none.csv", "absent.csv"]);
        inside.Outcome.Should().Be(IsolatedOutcome.Completed, inside.Text());
        inside.Files.Select(f => $"{f.Name}: {f.Refusal ?? Encoding.UTF8.GetString(f.Content!).TrimEnd()}").Should().Equal(
            "good.csv: a,b", "link.csv: is a link", "inner.csv: is a link", "twice.csv: has more than one name",
            "folder.csv: is not a regular file", "none.csv: ", "absent.csv: was not written");
    }

    [Fact]
    public void A_pipe_is_refused_without_waiting_for_a_writer()
    {
        using var folder = new TemporaryFolder();
        using var made = System.Diagnostics.Process.Start("/usr/bin/mkfifo", folder["pipe.csv"]);
        made.WaitForExit();
        Collector.Collect(folder.Path, "pipe.csv", 100).Refusal.Should().Be("is not a regular file");
    }

    [Fact]
    public void A_file_over_the_cap_is_refused_unread()
    {
        using var folder = new TemporaryFolder();
        using (var sparse = File.Create(folder["big.csv"]))
            sparse.SetLength(1L << 40);
        Collector.Collect(folder.Path, "big.csv", 1000).Refusal.Should().Be("is larger than 1000 bytes");
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("..")]
    public void A_name_that_leaves_the_folder_is_never_opened(string name) =>
        FluentActions.Invoking(() => Collector.Collect("/tmp", name, 1)).Should().Throw<ArgumentException>();

    [Fact]
    public void A_folder_that_is_itself_a_link_is_not_entered()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["real"]);
        File.WriteAllText(folder["real", "x.csv"], "x");
        Directory.CreateSymbolicLink(folder["out"], folder["real"]);
        Collector.Collect(folder["real"], "x.csv", 10).Content.Should().NotBeNull();
        Collector.Collect(folder["out"], "x.csv", 10).Refusal.Should().Be("the output folder cannot be opened");
    }
}
