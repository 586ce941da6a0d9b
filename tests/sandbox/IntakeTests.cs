using System.IO.Compression;
using System.Text;
using Plinth.Sandbox.Intake;

namespace Plinth.Tests;

public sealed class IntakeTests
{
    [Fact]
    public async Task A_folder_and_a_zip_of_the_same_files_have_the_same_content_hash()
    {
        using var folder = new TemporaryFolder();
        Write(folder["code", "sandbox.json"], "{}");
        Write(folder["code", "lib", "words.py"], "x = 1");
        Write(folder["code", "__pycache__", "words.pyc"], "junk");
        ZipFile.CreateFromDirectory(folder["code"], folder["code.zip"]);
        using (var zip = ZipFile.Open(folder["code.zip"], ZipArchiveMode.Update))
            zip.GetEntry("__pycache__/words.pyc")!.Delete();
        (await TakeAsync(folder["code"], folder["a"])).Should().BeEmpty();
        (await TakeAsync(folder["code.zip"], folder["b"])).Should().BeEmpty();
        var files = await SubmissionIntake.FilesAsync(folder["a"], CancellationToken.None);
        files.Keys.Should().Equal("lib/words.py", "sandbox.json");
        SubmissionIntake.ContentHash(files).Should().Be(SubmissionIntake.ContentHash(await SubmissionIntake.FilesAsync(folder["b"], CancellationToken.None)));
    }

    [Theory]
    [InlineData("../escape.py", "'../escape.py' is not a name that is taken*")]
    [InlineData("/etc/cron.d/x", "'/etc/cron.d/x' is not a name that is taken*")]
    [InlineData("a/../../x.py", "*is not a name that is taken*")]
    [InlineData("a\\..\\x.py", "*is not a name that is taken*")]
    [InlineData("-rf.py", "*is not a name that is taken*")]
    [InlineData(".hidden", "*is not a name that is taken*")]
    [InlineData("name\n.py", "'name?.py' is not a name that is taken*")]
    [InlineData("name.py\n", "*is not a name that is taken*")]
    [InlineData("工单.py", "'??.py' is not a name that is taken*")]
    [InlineData("1/2/3/4/5/6/7/8/9.py", "*lies deeper than 8 folders")]
    [InlineData("../folder/", "*is not a plain folder")]
    public async Task A_name_that_could_lead_elsewhere_is_refused(string name, string fault)
    {
        using var folder = new TemporaryFolder();
        Zip(folder["x.zip"], ("sandbox.json", "{}"), (name, name.EndsWith('/') ? "" : "x"));
        (await TakeAsync(folder["x.zip"], folder["into"])).Should().ContainSingle().Which.Should().Match(fault);
        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Should().OnlyContain(file => file.StartsWith(folder["into"]) || file == folder["x.zip"]);
    }

    [Fact]
    public async Task Names_that_differ_by_case_or_repeat_or_are_both_file_and_folder_are_refused()
    {
        using var folder = new TemporaryFolder();
        Zip(folder["x.zip"], ("sandbox.json", "{}"), ("Main.py", "1"), ("main.py", "2"), ("sandbox.json", "3"), ("a", "4"), ("a/b", "5"));
        (await TakeAsync(folder["x.zip"], folder["into"])).Should().Equal(
            "'main.py' is there twice, or differs from another name only by case",
            "'sandbox.json' is there twice, or differs from another name only by case",
            "'a/b' lies in a folder that is also a file");
    }

    [Theory]
    [InlineData(0xA000, "link")]
    [InlineData(0x2000, "character device")]
    [InlineData(0x1000, "fifo")]
    public async Task A_link_or_device_in_an_archive_is_refused(int type, string why)
    {
        using var folder = new TemporaryFolder();
        using (var zip = ZipFile.Open(folder["x.zip"], ZipArchiveMode.Create))
        {
            Add(zip, "sandbox.json", "{}");
            Add(zip, "evil.py", "/etc/passwd").ExternalAttributes = (type | 0x1ff) << 16;
        }
        (await TakeAsync(folder["x.zip"], folder["into"])).Should().Equal(["'evil.py' is a link or a special file"], why);
    }

    [Fact]
    public async Task A_bomb_is_refused_before_it_has_unpacked()
    {
        using var folder = new TemporaryFolder();
        using (var zip = ZipFile.Open(folder["x.zip"], ZipArchiveMode.Create))
        {
            Add(zip, "sandbox.json", "{}");
            using var stream = zip.CreateEntry("zeros.bin").Open();
            var block = new byte[1 << 20];
            for (var i = 0; i < 60; i++)
                stream.Write(block);
        }
        (await TakeAsync(folder["x.zip"], folder["into"])).Should().Equal("a file in it unpacks to more than 100 times its size");
        new DirectoryInfo(folder["into"]).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length).Should().BeLessThan(20 << 20);
    }

    [Fact]
    public async Task Too_many_files_end_the_intake()
    {
        using var folder = new TemporaryFolder();
        Zip(folder["x.zip"], [("sandbox.json", "{}"), .. Enumerable.Range(0, 60_000).Select(i => ($"f{i}", ""))]);
        (await TakeAsync(folder["x.zip"], folder["into"])).Should().Equal("it holds more than 500 files");
        Directory.GetFiles(folder["into"]).Should().HaveCountLessThanOrEqualTo(500);
    }

    [Fact]
    public async Task Links_and_pipes_in_a_folder_are_refused_and_not_followed()
    {
        using var folder = new TemporaryFolder();
        Write(folder["code", "sandbox.json"], "{}");
        Write(folder["secret.txt"], "secret");
        File.CreateSymbolicLink(folder["code", "link.py"], folder["secret.txt"]);
        Directory.CreateSymbolicLink(folder["code", "folder"], folder.Path);
        using var made = System.Diagnostics.Process.Start("/usr/bin/mkfifo", folder["code", "pipe.py"]);
        await made.WaitForExitAsync();
        (await TakeAsync(folder["code"], folder["into"])).Should().BeEquivalentTo("'folder' is a link", "'link.py' is a link", "'pipe.py' is not a regular file");
    }

    [Fact]
    public async Task What_is_no_archive_is_refused_with_what_was_expected()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["x.zip"], Encoding.UTF8.GetBytes("random bytes"));
        (await TakeAsync(folder["x.zip"], folder["into"])).Should().Equal("it is neither a folder nor a sound .zip, .tar or .tar.gz archive");
        (await TakeAsync(folder["absent"], folder["into"])).Should().Equal("there is no such folder or file");
        Directory.CreateDirectory(folder["empty"]);
        (await TakeAsync(folder["empty"], folder["into"])).Should().Equal("it has no sandbox.json at its top");
    }

    private static Task<List<string>> TakeAsync(string path, string into)
    {
        Directory.CreateDirectory(into);
        return SubmissionIntake.CopyAsync(path, into, CancellationToken.None);
    }

    private static void Zip(string file, params (string Name, string Text)[] entries)
    {
        using var zip = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach (var (name, text) in entries)
            Add(zip, name, text);
    }

    private static ZipArchiveEntry Add(ZipArchive zip, string name, string text)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        using var writer = new StreamWriter(entry.Open());
        writer.Write(text);
        return entry;
    }

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
