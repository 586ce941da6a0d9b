using System.Text;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Raw;

namespace Plinth.Tests.Lakehouse;

public class ReleaseAndRawTests
{
    [Fact]
    public async Task A_release_names_all_versions_together_and_only_changes_when_they_do()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        (await lake.ReadReleaseAsync()).Should().BeNull();
        await lake.CommitRowsAsync(Given.Row(1));

        var first = await lake.ReleaseAsync();
        var again = await lake.ReleaseAsync();
        await lake.CommitRowsAsync(Given.Row(2));
        var second = await lake.ReleaseAsync();

        first.Number.Should().Be(1);
        again.Number.Should().Be(1);
        second.Number.Should().Be(2);
        second.Versions.Should().Equal(new Dictionary<TableName, long> { [Given.Readings] = 1 });
        (await lake.ReadReleaseAsync(1))!.Versions[Given.Readings].Should().Be(0);
        (await lake.ReadReleaseAsync())!.Number.Should().Be(2);
        (await lake.ReadReleaseAsync(9)).Should().BeNull();
    }

    [Fact]
    public async Task An_original_is_stored_once_under_its_hash()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        await File.WriteAllTextAsync(folder["a.txt"], "abc");
        await File.WriteAllTextAsync(folder["b.txt"], "abc");

        var first = await lake.Raw.PutAsync(folder["a.txt"]);
        var second = await lake.Raw.PutAsync(folder["b.txt"]);

        first.Sha256.Should().Be("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        first.Should().Be(new RawObject(first.Sha256, 3, folder["lake", "raw", "sha256", "ba", first.Sha256[2..]], Added: true));
        second.Should().Be(first with { Added = false });
        lake.Raw.Contains(first.Sha256).Should().BeTrue();
        (await File.ReadAllTextAsync(lake.Raw.PathOf(first.Sha256))).Should().Be("abc");
        (await RawHash(folder["b.txt"])).Should().Be(first.Sha256);
        (await lake.Raw.VerifyAsync(first.Sha256)).Should().BeTrue();
        Directory.EnumerateFiles(folder["lake", "raw"], "*", SearchOption.AllDirectories).Should().ContainSingle("no temporary file stays");
    }

    [Fact]
    public async Task An_original_that_is_not_there_or_has_been_changed_is_noticed()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        var absent = new string('0', 64);
        lake.Raw.Contains(absent).Should().BeFalse();
        FluentActions.Invoking(() => lake.Raw.PathOf(absent)).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => lake.Raw.PathOf("../../etc")).Should().Throw<ArgumentException>();
        await File.WriteAllBytesAsync(folder["a.bin"], Encoding.UTF8.GetBytes("abc"));
        var stored = await lake.Raw.PutAsync(folder["a.bin"]);

        await File.WriteAllTextAsync(stored.Path, "abd");
        (await lake.Raw.VerifyAsync(stored.Sha256)).Should().BeFalse();
        await File.WriteAllTextAsync(stored.Path, "ab");
        var put = async () => await lake.Raw.PutAsync(folder["a.bin"]);
        (await put.Should().ThrowAsync<IOException>()).WithMessage("The raw object * is damaged*");
    }

    private static ValueTask<string> RawHash(string file) => RawZone.HashAsync(file);
}
