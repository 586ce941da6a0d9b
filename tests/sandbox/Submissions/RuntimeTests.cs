using System.Formats.Tar;
using System.IO.Compression;
using Plinth.Sandbox;
using Plinth.Sandbox.Runtime;
using Plinth.Tests.Isolation;

namespace Plinth.Tests.Submissions;

public sealed class RuntimeTests
{
    [Fact]
    public async Task An_image_travels_as_one_file_and_has_the_same_hash_where_it_arrives()
    {
        GivenSample.NeedsImage();
        var (store, image, _) = await GivenSample.Image.Value;
        using var folder = new TemporaryFolder();
        await store.ExportAsync(image, folder["image.tar.gz"], CancellationToken.None);
        var vendor = new RuntimeStore(folder["vendor"], Given.Options.Python);
        (await vendor.ImportAsync(folder["image.tar.gz"], image, CancellationToken.None)).Should().Be(image);
        vendor.Images.Should().Equal(image);
        (await vendor.Invoking(v => v.ImportAsync(folder["image.tar.gz"], new string('0', 64), CancellationToken.None)).Should().ThrowAsync<SubmissionRefusedException>()).WithMessage($"*it is runtime image {image}, not 0000*");
        await File.AppendAllTextAsync(folder["vendor", image, "usr/share/plinth/packages.txt"], "another\n");
        vendor.Invoking(v => v.View(image)).Should().Throw<IsolationUnavailableException>().WithMessage("*was changed after it was made*");
    }

    [Fact]
    public void Without_an_image_the_hosts_own_programs_are_used_and_one_that_is_asked_for_must_be_here()
    {
        using var folder = new TemporaryFolder();
        var store = new RuntimeStore(folder["none"], Given.Options.Python);
        store.View(null).Identity.Should().Be("host");
        store.Invoking(s => s.View(new string('a', 64))).Should().Throw<IsolationUnavailableException>().WithMessage("*is not here; take it in*");
    }

    [Fact]
    public async Task An_image_that_unpacks_to_too_much_or_too_many_is_refused_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        await using (var packed = new GZipStream(File.Create(folder["x.tar.gz"]), CompressionLevel.Fastest))
        await using (var tar = new TarWriter(packed))
            for (var i = 0; i < 20; i++)
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"f{i}") { DataStream = new MemoryStream(new byte[1 << 20]) }, CancellationToken.None);
        await Refused(new(folder["store"], Given.Options.Python, mostBytes: 8 << 20), "*it unpacks to more than 8 MiB*");
        await Refused(new(folder["store"], Given.Options.Python, mostEntries: 19), "*it holds more than 19 files, folders and links*");
        await File.WriteAllBytesAsync(folder["x.tar.gz"], (await File.ReadAllBytesAsync(folder["x.tar.gz"]))[..^200]);
        await Refused(new(folder["store"], Given.Options.Python), "*it is not a runtime image*");

        async Task Refused(RuntimeStore store, string why)
        {
            (await store.Invoking(s => s.ImportAsync(folder["x.tar.gz"], null, CancellationToken.None)).Should().ThrowAsync<SubmissionRefusedException>()).WithMessage(why);
            Directory.GetFileSystemEntries(folder["store"]).Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("../escape", TarEntryType.RegularFile)]
    [InlineData("/etc/passwd", TarEntryType.RegularFile)]
    [InlineData("link/inside", TarEntryType.RegularFile)]
    [InlineData("device", TarEntryType.CharacterDevice)]
    [InlineData("fifo", TarEntryType.Fifo)]
    [InlineData("hard", TarEntryType.HardLink)]
    public async Task An_image_with_anything_but_files_folders_and_links_in_their_place_is_refused(string name, TarEntryType type)
    {
        using var folder = new TemporaryFolder();
        await using (var packed = new GZipStream(File.Create(folder["x.tar.gz"]), CompressionLevel.Fastest))
        await using (var tar = new TarWriter(packed))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = folder.Path }, CancellationToken.None);
            await tar.WriteEntryAsync(type == TarEntryType.HardLink ? new PaxTarEntry(type, name) { LinkName = "link" } : new PaxTarEntry(type, name), CancellationToken.None);
        }
        await new RuntimeStore(folder["store"], Given.Options.Python).Invoking(s => s.ImportAsync(folder["x.tar.gz"], null, CancellationToken.None)).Should().ThrowAsync<SubmissionRefusedException>();
        File.Exists(folder["inside"]).Should().BeFalse();
        Directory.GetFileSystemEntries(folder["store"]).Should().BeEmpty();
    }
}
