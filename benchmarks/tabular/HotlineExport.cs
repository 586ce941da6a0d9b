using System.Globalization;
using System.Text;

namespace Plinth.Benchmarks.Tabular;

/// <summary>A made export of orders with telephone numbers in their texts and addresses without positions.</summary>
internal static class HotlineExport
{
    private static readonly string[] Roads = ["建设路", "新华路", "迎宾大道", "花城路", "公益路", "秀全大道", "凤凰北路", "三东大道"];
    private static readonly string[] Words = ["路灯不亮", "井盖破损", "噪音扰民", "违章停车", "垃圾未清", "绿化倒伏"];

    internal static void Write(string path, long rows)
    {
        var random = new Random(20261122);
        var start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
        using var text = new StreamWriter(path, append: false, new UTF8Encoding(true), 1 << 20);
        text.Write("工单编号,受理时间,办结时间,状态,来电人,联系电话,诉求内容,地址,承办单位,经度,纬度\r\n");
        for (var i = 0L; i < rows; i++)
        {
            var opened = start.AddSeconds(i * 40);
            var phone = $"13{random.Next(100_000_000, 999_999_999)}";
            var address = $"花都区{Roads[random.Next(Roads.Length)]}{random.Next(1, 400)}号";
            var place = random.Next(2) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{113.1 + random.NextDouble() / 5:0.000000},{23.3 + random.NextDouble() / 5:0.000000}") : ",";
            text.Write(string.Create(CultureInfo.InvariantCulture,
                $"HD{i:00000000},{opened:yyyy/M/d H:mm},{opened.AddHours(random.Next(200)):yyyy/M/d H:mm},已办结,市民{random.Next(5000)},{phone},\"{Words[random.Next(Words.Length)]}，请尽快处理，电话{phone}，谢谢\",{address},城管局,{place}\r\n"));
        }
    }

    internal const string Contract = """
        kind: SourceContract
        name: export
        family: hotline
        dataset: hotline.service_request
        format: csv
        timeZone: Asia/Shanghai
        crs: GCJ-02
        columns:
          - {name: service_request_id, from: 工单编号, required: true}
          - {name: requested_datetime, from: 受理时间, required: true, format: "yyyy/M/d H:mm"}
          - {name: closed_datetime, from: 办结时间, format: "yyyy/M/d H:mm"}
          - {name: status, from: 状态}
          - {name: description, from: 诉求内容}
          - {name: address, from: 地址}
          - {name: agency_responsible, from: 承办单位}
          - {name: longitude, from: 经度}
          - {name: latitude, from: 纬度}
        settings:
          caller.from: 来电人+联系电话
        """;

    /// <summary>An OpenStreetMap extract with the roads of the addresses among 5,000 others: the gazetteer.</summary>
    internal static void WriteRoads(string path)
    {
        var random = new Random(20261123);
        const string Signs = "东西南北中山河湖海江花木林石金玉春秋明光平安福宁永新龙凤云天";
        using var text = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 16);
        text.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\">\n");
        for (var i = 1; i <= 10_000; i++)
            text.Write(string.Create(CultureInfo.InvariantCulture, $"<node id=\"{i}\" lon=\"{113.1 + random.NextDouble() / 5:0.000000}\" lat=\"{23.3 + random.NextDouble() / 5:0.000000}\"/>\n"));
        for (var i = 1; i <= 5_000; i++)
        {
            var name = i <= Roads.Length ? Roads[i - 1] : $"{Signs[random.Next(Signs.Length)]}{Signs[random.Next(Signs.Length)]}{Signs[random.Next(Signs.Length)]}路";
            text.Write(string.Create(CultureInfo.InvariantCulture, $"<way id=\"{i}\"><nd ref=\"{2 * i - 1}\"/><nd ref=\"{2 * i}\"/><tag k=\"highway\" v=\"residential\"/><tag k=\"name\" v=\"{name}\"/></way>\n"));
        }
        text.Write("</osm>\n");
    }
}
