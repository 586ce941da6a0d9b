using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Plinth.Sandbox.Intake;

namespace Plinth.Tests;

public sealed class TarIntakeTests
{
    [Theory]
    [InlineData("cf", "code.tar")]
    [InlineData("czf", "code.tgz")]
    public async Task What_tar_itself_packed_has_the_content_hash_of_the_folder(string how, string name)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["code", "lib"]);
        await File.WriteAllTextAsync(folder["code", "sandbox.json"], "{}");
        await File.WriteAllTextAsync(folder["code", "lib", new string('w', 90) + ".py"], "x = 1");
        using (var tar = Process.Start("/usr/bin/tar", [how, folder[name], "-C", folder["code"], "."]))
            await tar.WaitForExitAsync();
        (await TakeAsync(folder["code"], folder["a"])).Should().BeEmpty();
        (await TakeAsync(folder[name], folder["b"])).Should().BeEmpty();
        var files = await SubmissionIntake.FilesAsync(folder["b"], CancellationToken.None);
        files.Should().HaveCount(2);
        SubmissionIntake.ContentHash(files).Should().Be(SubmissionIntake.ContentHash(await SubmissionIntake.FilesAsync(folder["a"], CancellationToken.None)));
    }

    [Theory]
    [InlineData("../escape.py", "'../escape.py' is not a name that is taken*")]
    [InlineData("/etc/cron.d/x", "'/etc/cron.d/x' is not a name that is taken*")]
    [InlineData("a/../../x.py", "*is not a name that is taken*")]
    [InlineData("././x.py", "*is not a name that is taken*")]
    [InlineData(".hidden", "*is not a name that is taken*")]
    [InlineData("1/2/3/4/5/6/7/8/9.py", "*lies deeper than 8 folders")]
    [InlineData("Sandbox.json", "*is there twice, or differs from another name only by case")]
    [InlineData("sandbox.json/x", "*lies in a folder that is also a file")]
    public async Task A_name_that_could_lead_elsewhere_is_refused(string name, string fault)
    {
        using var folder = new TemporaryFolder();
        await TarAsync(folder["x.tar.gz"], Entry("sandbox.json", "{}"), Entry(name, "x"));
        (await TakeAsync(folder["x.tar.gz"], folder["into"])).Should().ContainSingle().Which.Should().Match(fault);
        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Should().OnlyContain(file => file.StartsWith(folder["into"]) || file == folder["x.tar.gz"]);
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.BlockDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task A_link_or_device_is_refused_and_not_made(TarEntryType type)
    {
        using var folder = new TemporaryFolder();
        var evil = new PaxTarEntry(type, "evil.py");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            evil.LinkName = "/etc/passwd";
        await TarAsync(folder["x.tar.gz"], Entry("sandbox.json", "{}"), evil, Entry("evil.py/inside", "x"));
        (await TakeAsync(folder["x.tar.gz"], folder["into"])).Should().Equal("'evil.py' is a link or a special file");
        new FileInfo(folder["into", "evil.py"]).LinkTarget.Should().BeNull();
        File.Exists(folder["into", "evil.py"]).Should().BeFalse();
    }

    [Fact]
    public async Task A_bomb_is_refused_before_it_has_unpacked()
    {
        using var folder = new TemporaryFolder();
        await TarAsync(folder["x.tar.gz"], Entry("sandbox.json", "{}"), new PaxTarEntry(TarEntryType.RegularFile, "zeros.bin") { DataStream = new MemoryStream(new byte[60 << 20]) });
        (await TakeAsync(folder["x.tar.gz"], folder["into"])).Should().Equal("a file in it unpacks to more than 100 times its size");
        Written(folder["into"]).Should().BeLessThan(20 << 20);
    }

    [Fact]
    public async Task A_bomb_of_what_is_not_even_taken_is_refused_too()
    {
        using var folder = new TemporaryFolder();
        await TarAsync(folder["x.tar.gz"], [Entry("sandbox.json", "{}"), .. Enumerable.Range(0, 10).Select(_ => new PaxTarEntry(TarEntryType.RegularFile, ".hidden") { DataStream = new MemoryStream(new byte[10 << 20]) })]);
        (await TakeAsync(folder["x.tar.gz"], folder["into"])).Should().Contain("it unpacks to more than 68 MiB");
        Written(folder["into"]).Should().BeLessThan(1 << 20);
    }

    [Fact]
    public async Task Sixty_thousand_files_or_folders_end_the_intake()
    {
        using var folder = new TemporaryFolder();
        await TarAsync(folder["x.tar.gz"], [Entry("sandbox.json", "{}"), .. Enumerable.Range(0, 60_000).Select(i => new UstarTarEntry(TarEntryType.RegularFile, $"f{i}"))]);
        (await TakeAsync(folder["x.tar.gz"], folder["into"])).Should().Equal("it holds more than 500 files");
        Directory.GetFiles(folder["into"]).Should().HaveCountLessThanOrEqualTo(500);
        await TarAsync(folder["y.tar.gz"], [Entry("sandbox.json", "{}"), .. Enumerable.Range(0, 60_000).Select(i => new UstarTarEntry(TarEntryType.Directory, $"f{i}/"))]);
        (await TakeAsync(folder["y.tar.gz"], folder["into2"])).Should().Equal("it holds more than 500 files");
        Directory.GetDirectories(folder["into2"]).Should().BeEmpty();
    }

    [Fact]
    public async Task An_archive_that_is_cut_off_is_refused()
    {
        using var folder = new TemporaryFolder();
        await TarAsync(folder["x.tar.gz"], Entry("sandbox.json", "{}"), Entry("a.py", new string('x', 5000)));
        await File.WriteAllBytesAsync(folder["x.tar.gz"], (await File.ReadAllBytesAsync(folder["x.tar.gz"]))[..^40]);
        (await TakeAsync(folder["x.tar.gz"], folder["into"])).Should().Equal("it is neither a folder nor a sound .zip, .tar or .tar.gz archive");
        await File.WriteAllBytesAsync(folder["z.tar.gz"], [0x1f, 0x8b, .. Encoding.UTF8.GetBytes("not gzip at all")]);
        (await TakeAsync(folder["z.tar.gz"], folder["into2"])).Should().Equal("it is neither a folder nor a sound .zip, .tar or .tar.gz archive");
    }

    private static long Written(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    private static PaxTarEntry Entry(string name, string text) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    private static async Task TarAsync(string file, params TarEntry[] entries)
    {
        await using var packed = new GZipStream(File.Create(file), CompressionLevel.Optimal);
        await using var tar = new TarWriter(packed);
        foreach (var entry in entries)
            await tar.WriteEntryAsync(entry, CancellationToken.None);
    }

    private static Task<List<string>> TakeAsync(string path, string into)
    {
        Directory.CreateDirectory(into);
        return SubmissionIntake.CopyAsync(path, into, CancellationToken.None);
    }
}
