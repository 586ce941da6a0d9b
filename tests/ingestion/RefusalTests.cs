using FsCheck;
using FsCheck.Fluent;
using Plinth.Catalog;
using Plinth.Ingestion;

namespace Plinth.Tests;

public class RefusalTests
{
    [Theory]
    [InlineData("hotline")]
    [InlineData("sensors")]
    [InlineData("base")]
    [InlineData("photos")]
    [InlineData("models")]
    [InlineData("imagery")]
    public async Task Random_bytes_are_refused_with_what_was_expected_and_leave_nothing(string family)
    {
        using var given = new Given();
        var bytes = new byte[5000];
        new System.Random(7).NextBytes(bytes);
        var report = await given.Ingest(family, given.File("noise.bin", bytes));

        report.Files.Single().Status.Should().Be(FileStatus.Refused);
        report.Files.Single().Reason.Should().Contain("expected ");
        Nothing(given);
    }

    [Fact]
    public async Task A_refusal_names_the_columns_found_and_the_layouts_there_are()
    {
        using var given = new Given();
        var report = await given.Ingest("hotline", given.File("other.csv", "id,when,what\n1,2,3\n"));

        report.Files.Single().Reason.Should().StartWith("has the columns 'id', 'when', 'what', which no layout of family hotline knows; expected delimited text with a heading line (layout boston-311, ")
            .And.EndWith("). Name a layout with --contract, or write one for a new kind of file");
        Nothing(given);
    }

    [Fact]
    public async Task A_file_under_the_wrong_layout_is_refused_with_the_columns_it_lacks()
    {
        using var given = new Given();
        var report = await given.IngestBy("hotline", "nyc-311", null, Repository.Sample("hotline", "boston311-100.csv"));

        report.Files.Single().Reason.Should().StartWith("has no column 'Unique Key', 'Created Date'; its columns are 'case_enquiry_id', ")
            .And.Contain("expected a file of layout 'nyc-311' (csv with the columns 'Unique Key', ");
        Nothing(given);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("Unique Key,Created Date,Closed Date,Agency,Complaint Type,Descriptor,Status,Latitude,Longitude\n", "has a heading line and no rows")]
    public async Task A_file_without_rows_is_refused(string content, string reason)
    {
        using var given = new Given();
        (await given.Ingest("hotline", given.File("none.csv", content))).Files.Single().Reason.Should().StartWith($"{reason}; expected ");
        Nothing(given);
    }

    [Fact]
    public async Task Missing_paths_and_folders_without_sources_are_refused_and_do_not_stop_the_others()
    {
        using var given = new Given();
        var empty = given.Folder("empty");
        var readme = Path.GetDirectoryName(given.File("docs/README.md", "hello"))!;
        var report = await given.Ingest("hotline", "/no/such/file.csv", empty, readme, Repository.Sample("hotline", "boston311-100.csv"));

        report.Files.Select(f => $"{f.Status} {f.Reason}").Should().Equal(
            "Refused there is no such file or folder",
            "Refused the folder is empty",
            "Ignored readmes, licences and checksums are left out; name the file itself to take it in",
            "Refused the folder holds no source file, only hidden files, readmes and licences",
            "Ingested ");
        report.Rows.Should().Be(100);
    }

    [Fact]
    public async Task A_family_a_layout_or_a_path_that_is_not_there_is_said_at_once()
    {
        using var given = new Given();
        await given.Invoking(g => g.Ingest("pictures", "x")).Should().ThrowAsync<SourceFormatException>().WithMessage("pictures: is no family of sources; expected one of photos, models, *");
        await given.Invoking(g => g.Ingest("hotline")).Should().ThrowAsync<SourceFormatException>().WithMessage("hotline: no path is given; *");
        await given.Invoking(g => g.IngestBy("hotline", "nyc-312", null, "x")).Should().ThrowAsync<ContractException>().WithMessage("*nyc-311*");
        (await given.IngestBy("hotline", "mndot-detector", null, Repository.Sample("hotline", "boston311-100.csv"))).Files.Single().Reason
            .Should().StartWith("layout 'mndot-detector' is of family sensors; expected a layout of family hotline: boston-311");
    }

    [Fact]
    public async Task A_file_that_fits_two_layouts_is_refused_until_one_is_named()
    {
        using var given = new Given();
        given.File("../lake/contracts/second.yaml", (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "catalog", "contracts", "sources", "boston-311.yaml"), TestContext.Current.CancellationToken)).Replace("name: boston-311\n", "name: second\n"));
        given.Reopen();
        var file = Repository.Sample("hotline", "boston311-100.csv");

        (await given.Ingest("hotline", file)).Files.Single().Reason.Should().Be("fits 2 layouts: boston-311, second; expected the name of one of them after --contract");
        (await given.IngestBy("hotline", "second", null, file)).Rows.Should().Be(100);
    }

    [Fact]
    public async Task A_broken_layout_stops_no_file_of_another_and_is_named_where_a_file_is_refused()
    {
        using var given = new Given();
        given.File("../lake/contracts/mine.yaml", "kind: SourceContract\nname: mine\nfamily: photos\n");
        given.Reopen();
        var report = await given.Ingest("hotline", Repository.Sample("hotline", "boston311-100.csv"), given.File("other.csv", "id,when\n1,2\n"));

        report.Files[0].Rows.Should().Be(100);
        report.Files[1].Reason.Should().Contain("which no layout of family hotline knows (layouts that cannot be read: ").And.Contain("mine.yaml");
    }

    [Fact]
    public void Any_bytes_give_rows_rejections_or_a_refusal()
    {
        using var given = new Given();
        var head = System.Text.Encoding.UTF8.GetBytes(HotlineTests.NewYork(""));
        var outlines = System.Text.Encoding.UTF8.GetBytes("""{"type":"FeatureCollection","features":[{"type":"Feature","id":"440114","properties":{"name":"x"},"geometry":""");
        var fragments = Gen.OneOf(
            ArbMap.Default.GeneratorFor<byte[]>(),
            Gen.Elements("1,3/14/2025 1:20,,NYPD,N,L,Open,40.6,-73.9,M\n", "\"", ",", "\r", "\n", "\0", "[[[1,2],[3,4],[5,9]]]", "}}]}", "null", "{\"type\":\"Polygon\",\"coordinates\":").Select(System.Text.Encoding.UTF8.GetBytes));
        var tails = fragments.ListOf().Select(parts => parts.SelectMany(p => p).ToArray());
        var number = 0;
        Prop.ForAll(tails.ToArbitrary(), tail =>
        {
            Reads(given, "nyc-311", given.File($"{number++}.csv", [.. head, .. tail]));
            Reads(given, "guangzhou-districts", given.File($"{number}.geojson", [.. outlines, .. tail]));
            Reads(given, "nyc-311", given.File($"{number}.bin", tail));
        }).QuickCheckThrowOnFailure();
    }

    private static void Reads(Given given, string layout, string file)
    {
        var contract = given.Catalog.Source(layout);
        var reader = (ILayoutReader)FileReaders.Of(given.Catalog).Find(contract.Format)!;
        var dataset = given.Catalog.Datasets[contract.Dataset];
        try
        {
            _ = reader.Columns(file, contract);
            foreach (var item in reader.Stream(new(file, "00", contract, LongitudeLatitude.Instance)))
            {
                (item.Row is null).Should().Be(item.Rejected is not null);
                item.Row?.Length.Should().Be(dataset.Columns.Length);
                item.Rejected?.Reason.Should().NotBeEmpty();
            }
        }
        catch (SourceFormatException)
        {
            // Refused whole: one of the three outcomes.
        }
    }

    private static void Nothing(Given given)
    {
        given.Originals().Should().Be(0);
        given.Catalog.Lake.Tables().Should().BeEmpty();
    }
}
