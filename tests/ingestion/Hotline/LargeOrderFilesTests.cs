using Plinth.Ingestion;

namespace Plinth.Tests;

/// <summary>Orders out of large files, whose parts are read ahead and handed to the engine row by row.</summary>
public class LargeOrderFilesTests
{
    private const string Roads = """
        <?xml version="1.0"?>
        <osm version="0.6">
        <node id="1" lon="-71.06" lat="42.36"/><node id="2" lon="-71.05" lat="42.35"/><node id="3" lon="-73.95" lat="40.75"/><node id="4" lon="-73.94" lat="40.76"/>
        <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="Washington St"/></way>
        <way id="2"><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/><tag k="name" v="BROADWAY"/></way>
        </osm>
        """;

    private const string Contract = """
        kind: SourceContract
        name: export
        family: hotline
        dataset: hotline.service_request
        format: csv
        timeZone: Asia/Shanghai
        crs: GCJ-02
        columns:
          - {name: service_request_id, from: id, required: true}
          - {name: requested_datetime, from: asked, required: true, format: "yyyy/M/d H:mm"}
          - {name: status, from: status}
          - {name: category, from: kind}
          - {name: description, from: text}
          - {name: address, from: address}
          - {name: longitude, from: x}
          - {name: latitude, from: y}
        settings:
          caller.from: name+phone
        """;

    [Fact]
    public async Task Every_real_file_gives_the_same_rows_as_when_it_is_read_as_a_small_one()
    {
        var folder = Repository.Shared("data", "hotline");
        using var small = new Given();
        using var large = new Given("large");
        foreach (var given in new[] { small, large })
            (await given.Ingest("base", given.File("roads.osm", Roads))).Rows.Should().Be(2);

        var one = await small.IngestBy("hotline", null, o => o with { PseudonymKey = "k" }, folder);
        var other = await large.IngestBy("hotline", null, o => o with { PseudonymKey = "k", LargeFile = 0, RowsPerPart = 700 }, folder);

        other.Files.Select(Said).Should().Equal(one.Files.Select(Said));
        (await large.Contents()).Should().Equal(await small.Contents());
        (await large.Value("SELECT count(*) FROM hotline.service_request WHERE geocode_method = 'street'")).Should().NotBe(0L);

        static string Said(IngestedFile f) => $"{Path.GetFileName(f.Path)} {f.Status} {f.Rows} {f.Rejected} {f.Duplicates}";
    }

    [Fact]
    public async Task A_run_that_is_killed_between_parts_goes_on_and_ends_with_the_same_rows()
    {
        using var whole = new Given();
        using var broken = new Given("broken");
        foreach (var given in new[] { whole, broken })
        {
            given.File("../lake/contracts/export.yaml", Contract);
            given.Reopen();
        }
        var text = "id,asked,status,kind,text,address,name,phone,x,y\n" + string.Concat(Enumerable.Range(0, 1000).Select(i =>
            $"A{i % 900},2026/1/{1 + i % 28} 8:{i % 60:00},{(i < 900 ? "open" : "closed")},{(i % 2 == 0 ? "路灯" : "井盖")},\"电话13{800000000 + i}，{(i % 97 == 0 ? "" : "请处理")}\",建设路{i % 50}号,李{i % 7},13{800000000 + i},{(i % 3 == 0 ? "" : "113.2")},{(i % 111 == 5 ? "north" : "23.4")}\n"));
        await whole.IngestBy("hotline", "export", o => o with { PseudonymKey = "k" }, whole.File("orders.csv", text));

        var commits = 0;
        var file = broken.File("orders.csv", text);
        var killed = () => broken.IngestBy("hotline", "export", o => Large(o) with { AfterStep = step => { if (step == "commit hotline.service_request" && ++commits == 3) throw new InvalidOperationException("killed"); } }, file);
        await killed.Should().ThrowAsync<InvalidOperationException>().WithMessage("killed");
        broken.Reopen();
        await broken.IngestBy("hotline", "export", Large, file);

        (await broken.Contents()).Should().Equal(await whole.Contents());
        (await broken.Value("SELECT count(*) FROM hotline.rejected")).Should().NotBe(0L);
        (await broken.Value("SELECT count(*) FROM hotline.status_change")).Should().NotBe(0L);

        static IngestOptions Large(IngestOptions options) => options with { PseudonymKey = "k", LargeFile = 0, RowsPerPart = 150 };
    }
}
