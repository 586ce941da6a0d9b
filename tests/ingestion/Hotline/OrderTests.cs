using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Hotline;
using Plinth.Lakehouse;

namespace Plinth.Tests;

/// <summary>Orders of a 12345 hotline: what the real files of other cities do not show.</summary>
public class OrderTests
{
    private const string Contract = """
        kind: SourceContract
        name: orders
        family: hotline
        dataset: hotline.service_request
        format: csv
        encoding: gb18030
        timeZone: Asia/Shanghai
        crs: GCJ-02
        recognise: {header: [工单编号, 受理时间, 诉求内容]}
        columns:
          - {name: service_request_id, from: 工单编号, required: true}
          - {name: requested_datetime, from: 受理时间, required: true, format: "yyyy/M/d H:mm"}
          - {name: updated_datetime, from: 更新时间, format: "yyyy/M/d H:mm"}
          - {name: status, from: 状态}
          - {name: category, from: 类别}
          - {name: description, from: 诉求内容}
          - {name: address, from: 地址}
          - {name: longitude, from: 经度}
          - {name: latitude, from: 纬度}
        settings: {caller.from: 来电人+电话}
        """;

    private const string Head = "工单编号,受理时间,更新时间,状态,类别,诉求内容,地址,经度,纬度,来电人,电话\r\n";

    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;

    private static Given Orders(string name)
    {
        var given = new Given(name);
        given.File("../lake/contracts/orders.yaml", Contract);
        given.Reopen();
        return given;
    }

    [Fact]
    public async Task An_order_seen_in_three_states_has_a_history_and_what_is_said_twice_is_a_duplicate()
    {
        using var given = Orders("history");
        var first = Head + "A1,2026/3/1 8:05,2026/3/1 8:05,待派单,路灯,路灯不亮,建设路1号,,,,\r\nA1,2026/3/1 8:05,2026/3/1 9:00,处理中,路灯,路灯不亮,建设路1号,,,,\r\nA1,2026/3/1 8:05,2026/3/1 9:00,处理中,路灯,路灯不亮,建设路1号,,,,\r\n";
        var second = first + "A1,2026/3/1 8:05,2026/3/2 9:00,已办结,路灯,路灯不亮,建设路1号,,,,\r\nA2,2026/3/2 8:05,2026/3/2 8:05,待派单,路灯,又不亮,建设路 1号,,,,\r\nA3,2026/4/2 8:05,2026/4/2 8:05,待派单,路灯,又不亮,建设路1号,,,,\r\n";
        var one = await given.Ingest("hotline", given.File("march.csv", Gb18030.GetBytes(first)));
        var two = await given.Ingest("hotline", given.File("april.csv", Gb18030.GetBytes(second)));

        ((one.Rows, one.Rejected, one.Duplicates), (two.Rows, two.Rejected, two.Duplicates)).Should().Be(((2L, 0L, 1L), (3L, 0L, 3L)));
        (await given.Sql("SELECT status, changed_at FROM hotline.status_change WHERE service_request_id = 'A1' ORDER BY changed_at")).Select(r => $"{r[0]} {r[1]:dd HH:mm}").Should().Equal("待派单 01 00:05", "处理中 01 01:00", "已办结 02 01:00");
        (await given.Sql("SELECT service_request_id, duplicate_of FROM hotline.service_request WHERE service_request_id > 'A1' ORDER BY 1")).Select(r => $"{r[0]} {r[1]}").Should().Equal("A2 A1", "A3 ");
    }

    [Fact]
    public async Task Who_called_is_kept_as_a_keyed_pseudonym_only_and_texts_lose_what_is_personal()
    {
        using var given = Orders("personal");
        var file = given.File("a.csv", Gb18030.GetBytes(Head
            + "B1,2026/3/1 8:05,,,路灯,\"张先生反映路灯不亮，电话13912345678，车牌粤A12345，身份证11010519491231002X\n工单20260301000123\",,,,张三,13912345678\r\n"
            + "B2,2026/3/1 8:06,,,路灯,再次来电，联系人：李四，020-86881234,,,,张三,13912345678\r\n"
            + "B3,2026/3/1 8:07,,,路灯,没有,,,,李四,13900000000\r\n"));
        await given.IngestBy("hotline", null, o => o with { PseudonymKey = "k1" }, file);

        var rows = await given.Sql("SELECT description, caller FROM hotline.service_request ORDER BY service_request_id");
        var text = string.Join('\n', rows.Select(r => (string)r[0]!));
        text.Should().NotContainAny("13912345678", "粤A12345", "11010519491231002X", "张先生", "李四", "86881234").And.Contain("[phone p:").And.Contain("[plate p:").And.Contain("[identity p:").And.Contain("[name p:").And.Contain("工单20260301000123");
        rows[0][1].Should().Be(rows[1][1]).And.NotBe(rows[2][1]);
        ((string)rows[0][1]!).Should().StartWith("p:").And.HaveLength(34);

        using var keyless = Orders("keyless");
        await keyless.Ingest("hotline", file);
        (await keyless.Value("SELECT count(caller) FROM hotline.service_request")).Should().Be(0L);
        ((string)(await keyless.Value("SELECT description FROM hotline.service_request WHERE service_request_id = 'B2'"))!).Should().Be("再次来电，联系人：[name]，[phone]");
    }

    [Theory]
    [InlineData("call 617-555-0100 or (617) 555-0101 or +1-617-555-0102", "call [phone] or [phone] or +[phone]")]
    [InlineData("mail a.b@example.org, case 101001243791, 02119, $1200.50, 2026-03-01 08:05:00", "mail [email], case 101001243791, 02119, $1200.50, 2026-03-01 08:05:00")]
    [InlineData("card 4111 1111 1111 1111 and 4111 1111 1111 1112", "card [card] and 4111 1111 1111 1112")]
    [InlineData("+8613912345678", "+[phone]")]
    [InlineData("no number", "no number")]
    [InlineData("spoke with Mr. Smith, caller: Jane Q. Doe; SSN 123-45-6789, my name is José", "spoke with Mr. [name], caller: [name]; SSN [identity], my name is [name]")]
    [InlineData("contact: the office, name: unknown, Main Dr. Boston, street name sign, 555-12-34", "contact: the office, name: unknown, Main Dr. Boston, street name sign, 555-12-34")]
    [InlineData("请联系王女士139 1234 5678，或李先生", "请联系[name]女士[phone]，或李先生")]
    public void Personal_numbers_are_found_and_other_numbers_stay(string text, string masked) => new PersonalText(_ => null).Mask(text).Should().Be(masked);

    [Theory]
    [InlineData("Transportationâ\u0080\u0099s", "Transportation’s")]
    [InlineData("Donâ€™t â€œLearnâ€\u009d", "Don’t “Learn”")]
    [InlineData("CafÃ© Ã la", "Café Ã la")]
    [InlineData("château, 城市", "château, 城市")]
    public void Text_that_was_encoded_twice_is_mended(string spoilt, string mended) => Mojibake.Mend(spoilt).Should().Be(mended);

    [Fact]
    public async Task An_address_becomes_the_most_exact_place_that_it_names_with_method_and_accuracy()
    {
        using var given = Orders("places");
        var poi = given.Catalog.Datasets[TableName.Parse("base.admin_unit")];
        object?[] Unit(string code, string name, double x, double y, double size)
        {
            var row = new object?[poi.Columns.Length];
            for (var i = 0; i < row.Length; i++)
                row[i] = poi.Columns[i].Name switch
                {
                    "code" => code, "name" => name, "level" => "district", "bbox" => Plinth.Ingestion.Wkb.Bbox(x - size, y - size, x + size, y + size), "source_row" => "sha256:0#1", "source" => "test",
                    _ => poi.Columns[i].Required ? "x" : null,
                };
            return row;
        }
        await given.Catalog.Lake.CommitAsync(new() { Table = poi.Table, Schema = poi.ToSchema(), Rows = new RowSource.Values([Unit("440114", "花都区", 113.2, 23.4, 0.2), Unit("440114001", "新华街道", 113.21, 23.39, 0.02)]) }, TestContext.Current.CancellationToken);
        await given.Ingest("hotline", given.File("a.csv", Gb18030.GetBytes(Head
            + "C1,2026/3/1 8:05,,,路灯,不亮,广州市花都区新华街道建设路1号,,,,\r\nC2,2026/3/1 8:05,,,路灯,不亮,花都区某村,0,0,,\r\nC3,2026/3/1 8:05,,,路灯,不亮,别处,,,,\r\nC4,2026/3/1 8:05,,,路灯,不亮,花都区,113.3,23.3,,\r\n")));

        (await given.Sql("SELECT geocode_method, round(longitude, 3), round(accuracy_m / 1000), geom IS NOT NULL FROM hotline.service_request ORDER BY service_request_id")).Select(r => string.Join(' ', r)).Should().Equal(
            "boundary 113.21 3 True", "boundary 113.2 30 True", "none   False", "source 113.295  True");
    }

    [Fact]
    public async Task A_workbook_gives_the_same_orders_as_its_text()
    {
        using var given = new Given();
        given.File("../lake/contracts/orders.yaml", Contract.Replace("format: csv", "format: xlsx", StringComparison.Ordinal));
        given.Reopen();
        var report = await given.Ingest("hotline", given.File("orders.xlsx", Workbook.Of(["工单编号", "受理时间", "诉求内容", "经度", "纬度"], ["A1", "2026/3/1 8:05", "路灯\n不亮", 113.22, 23.4], ["A2", new DateTime(2026, 3, 1, 9, 30, 0), "井盖", null, null])));

        (report.Files[0].Reason, report.Rows, report.Rejected).Should().Be((null, 2L, 0L));
        (await given.Sql("SELECT service_request_id, requested_datetime, description, round(longitude, 3) FROM hotline.service_request ORDER BY 1")).Select(r => $"{r[0]} {r[1]:HH:mm} {r[2]} {r[3]}").Should().Equal("A1 00:05 路灯\n不亮 113.215", "A2 01:30 井盖 ");
    }

    [Fact]
    public async Task A_damaged_workbook_is_refused_or_read_but_never_half_stored()
    {
        using var given = new Given();
        given.File("../lake/contracts/orders.yaml", Contract.Replace("format: csv", "format: xlsx", StringComparison.Ordinal));
        given.Reopen();
        var sample = Workbook.Of(["工单编号", "受理时间", "诉求内容"], ["A1", "2026/3/1 8:05", "路灯"]);
        var random = new Random(20261122);
        for (var i = 0; i < 60; i++)
        {
            var bytes = sample.ToArray();
            for (var n = random.Next(1, 8); n > 0; n--)
                bytes[random.Next(4, bytes.Length)] = (byte)random.Next(256);
            var report = await given.IngestBy("hotline", "orders", null, given.File($"damaged{i}.xlsx", bytes));
            (report.Files[0].Status == FileStatus.Refused || report.Rows + report.Rejected + report.Duplicates > 0 || report.Files[0].Status == FileStatus.Unchanged).Should().BeTrue();
        }
    }
}
