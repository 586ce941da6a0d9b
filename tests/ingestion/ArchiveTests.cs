using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Plinth.Ingestion;

namespace Plinth.Tests;

public class ArchiveTests
{
    private static byte[] Photo => File.ReadAllBytes(Directory.GetFiles(Repository.Sample("photos"), "*.*", SearchOption.AllDirectories).First(f => f.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase)));

    [Theory]
    [InlineData("flight.zip")]
    [InlineData("flight.tar")]
    [InlineData("flight.tar.gz")]
    [InlineData("flight.tgz")]
    public async Task The_files_of_an_archive_are_taken_in_as_if_they_lay_in_a_folder(string name)
    {
        using var given = new Given();
        var photo = Photo;
        var archive = given.File(name, Pack(name, ("100MEDIA/DJI_0001.JPG", photo), ("100MEDIA/README.txt", "x"u8.ToArray()), (".hidden/a.jpg", photo), ("100MEDIA/notes.bin", "no photo"u8.ToArray())));
        var report = await given.Ingest("photos", archive);

        report.Files.Select(f => $"{f.Path[archive.Length..]} {f.Status}").Should()
            .Equal("!/100MEDIA/DJI_0001.JPG Ingested", "!/100MEDIA/README.txt Ignored", "!/.hidden/a.jpg Ignored", "!/100MEDIA/notes.bin Refused");
        (await given.Value("SELECT file_name FROM imagery.photo")).Should().Be("DJI_0001.JPG");
        given.Originals().Should().Be(1);
        (await given.Ingest("photos", archive, given.File("DJI_0001.JPG", photo))).Files.Where(f => f.Status == FileStatus.Unchanged).Should().HaveCount(2, "a file is known by its content, wherever it lies");
        Directory.GetDirectories(Path.GetTempPath(), "plinth-archive-*").Should().NotContain(f => Directory.EnumerateFiles(f).Any(p => p.EndsWith("DJI_0001.JPG", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_single_packed_file_is_read_under_the_name_without_its_ending()
    {
        using var given = new Given();
        var report = await given.Ingest("hotline", given.File("boston.csv.gz", Gzip(File.ReadAllBytes(Repository.Sample("hotline", "boston311-100.csv")))));
        report.Rows.Should().Be(100);
        report.Files.Single().Path.Should().EndWith("boston.csv.gz!/boston.csv");
    }

    public static TheoryData<string, byte[], string> Bad => new()
    {
        { "a.zip", Pack("a.zip", ("../../etc/cron.d/x", [1])), "its entry '../../etc/cron.d/x' has a name that leads elsewhere or is none" },
        { "a.zip", Pack("a.zip", ("/etc/x", [1])), "its entry '/etc/x' has a name" },
        { "a.zip", Pack("a.zip", ("a\\b.jpg", [1])), "its entry 'a\\b.jpg' has a name" },
        { "a.zip", Pack("a.zip", ("C:x.jpg", [1])), "its entry 'C:x.jpg' has a name" },
        { "a.tar", Pack("a.tar", ("../x.jpg", [1])), "its entry '../x.jpg' has a name" },
        { "a.zip", Pack("a.zip", ("x.jpg", [1]), ("x.jpg", [2])), "it holds 'x.jpg' twice" },
        { "a.zip", Pack("a.zip", ("1", [1]), ("2", [1]), ("3", [1]), ("4", [1])), "it holds 4 entries, more than 3" },
        { "a.zip", Pack("a.zip", ("bomb", new byte[3_000_000])), "it unpacks to more than 200 times its size" },
        { "a.tar.gz", Pack("a.tar.gz", ("bomb", new byte[3_000_000])), "it unpacks to more than 200 times its size" },
        { "a.csv.gz", Gzip(new byte[3_000_000]), "it unpacks to more than 200 times its size" },
        { "a.zip", Pack("a.zip", ("large", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 900_000).Select(i => i.ToString()))))), "one of its entries unpacks to more than 5000000 bytes" },
        { "a.zip", Pack("a.zip", ("x.jpg", [1]))[..^10], "it is damaged or of a kind that is not read" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task An_archive_that_leads_elsewhere_swells_or_is_damaged_is_refused_before_anything_is_taken(string name, byte[] content, string reason)
    {
        using var given = new Given();
        var limits = new ArchiveLimits { Entries = 3, EntryBytes = 5_000_000, RatioFrom = 1_000_000 };
        var report = await given.IngestBy("photos", null, o => o with { Archives = limits }, given.File(name, content));
        report.Files.Single().Status.Should().Be(FileStatus.Refused);
        report.Files.Single().Reason.Should().StartWith(reason);
        given.Originals().Should().Be(0);
    }

    [Fact]
    public async Task An_archive_within_an_archive_is_not_opened()
    {
        using var given = new Given();
        var report = await given.Ingest("photos", given.File("outer.zip", Pack("outer.zip", ("inner.zip", Pack("inner.zip", ("x.jpg", Photo))))));
        report.Files.Single().Reason.Should().Be("it is an archive within an archive; unpack it");
    }

    [Theory]
    [InlineData("m.zip")]
    [InlineData("m.tar")]
    [InlineData("m.tar.gz")]
    public void No_mutation_crashes_or_hangs_the_reader_of_archives(string name)
    {
        using var folder = new TemporaryFolder();
        var sample = Pack(name, ("a/b.txt", "hello hello hello"u8.ToArray()), ("c.txt", "x"u8.ToArray()));
        var path = folder[name];
        var limits = new ArchiveLimits { Entries = 100, EntryBytes = 1 << 20, Bytes = 1 << 22, RatioFrom = 1 << 20 };
        Readers.Fuzz(sample, 500, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            return new(Archive.At(path, limits) is { } archive ? [new(new("a", "b"), archive.Files().Select(f => new object?[] { f.Name }))] : [], []);
        });
    }

    private static byte[] Gzip(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(content);
        return packed.ToArray();
    }

    private static byte[] Pack(string name, params (string Name, byte[] Content)[] files)
    {
        var packed = new MemoryStream();
        if (name.EndsWith(".zip", StringComparison.Ordinal))
        {
            using var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (entry, content) in files)
            {
                using var stream = zip.CreateEntry(entry).Open();
                stream.Write(content);
            }
        }
        else
        {
            using var tar = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true);
            foreach (var (entry, content) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(content) });
        }
        return name.EndsWith("gz", StringComparison.Ordinal) ? Gzip(packed.ToArray()) : packed.ToArray();
    }
}
