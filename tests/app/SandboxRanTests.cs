using System.Formats.Tar;
using System.IO.Compression;
using Plinth.Tests;

namespace Plinth.App.Tests;

public sealed class SandboxRanTests
{
    [Fact]
    public async Task A_vendor_sees_what_ran_on_which_version_and_that_it_was_its_own_code_and_a_changed_chain_is_told()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed; tools/setup.sh installs it");
        using var lake = new TemporaryFolder();
        (await CliProcess.RunAsync(lake.Path, "ingest", "hotline", Repository.Sample("hotline", "311_Animals_2025_short.csv"))).Code.Should().Be(0);
        (await CliProcess.RunAsync(lake.Path, "sandbox", "publish", "agency-of-request")).Code.Should().Be(0);
        var code = Directory.GetDirectories(Repository.Sample("submissions"), "agency-majority@*").Single();
        await using (var packed = new GZipStream(File.Create(lake["code.tar.gz"]), CompressionLevel.Fastest))
            await TarFile.CreateFromDirectoryAsync(code, packed, includeBaseDirectory: false);
        var submitted = await CliProcess.RunAsync(lake.Path, "sandbox", "submit", "agency-of-request", lake["code.tar.gz"], "--org", "acme", "--json");
        submitted.Code.Should().Be(0, submitted.Error);
        var id = System.Text.RegularExpressions.Regex.Match(submitted.Output, "sub_[0-9a-f]{16}").Value;

        var ran = await CliProcess.RunAsync(lake.Path, "sandbox", "ran", id, "--json");
        ran.Code.Should().Be(0, ran.Error);
        using (var document = System.Text.Json.JsonDocument.Parse(ran.Output))
            document.RootElement.GetProperty("entries").EnumerateArray().Where(e => e.GetProperty("action").GetString() is "sandbox.ran_public" or "sandbox.ran_hidden")
                .Select(e => e.GetProperty("details").GetProperty("input").GetString()).Should().HaveCount(2).And.OnlyContain(input => System.Text.RegularExpressions.Regex.IsMatch(input!, @"^hotline\.service_request@\d+$"));
        var own = await CliProcess.RunAsync(lake.Path, "sandbox", "ran", id, "--path", code);
        own.Code.Should().Be(0, own.Error);
        own.Output.Should().Contain("all of them name the content of");
        var other = await CliProcess.RunAsync(lake.Path, "sandbox", "ran", id, "--path", Directory.GetDirectories(Repository.Sample("submissions"), "agency-naive-bayes@*").Single());
        other.Code.Should().Be(1);
        other.Error.Should().Contain("the audit names content");

        var chain = await File.ReadAllTextAsync(lake["lake", "control", "audit.jsonl"]);
        await File.WriteAllTextAsync(lake["lake", "control", "audit.jsonl"], chain.Replace("hotline.service_request@", "hotline.service_request@9"));
        var broken = await CliProcess.RunAsync(lake.Path, "sandbox", "ran", id);
        broken.Code.Should().Be(1);
        broken.Error.Should().Contain("the audit chain is broken at line");
    }
}
