using Plinth.Catalog;
using Plinth.Ingestion;
using Plinth.Ingestion.Hotline;
using Plinth.Lakehouse;

namespace Plinth.Tests;

/// <summary>An address becomes a place: by its house number, between numbers, on its street, by a name, by a unit.</summary>
public class GeocodingTests
{
    private static Gazetteer City()
    {
        var city = new Gazetteer();
        city.Add("花都区", Gazetteer.Sort.Boundary, new(113.0, 23.2, 113.4, 23.6));
        city.Add("新华街道", Gazetteer.Sort.Boundary, new(113.20, 23.38, 113.24, 23.42));
        city.Add("白云区", Gazetteer.Sort.Boundary, new(113.2, 23.1, 113.4, 23.2));
        city.Add("花城社区居民委员会", Gazetteer.Sort.Boundary, new(113.21, 23.39, 113.215, 23.395));
        city.Add("建设路", Gazetteer.Sort.Street, new(113.20, 23.40, 113.22, 23.40), Wkb.Line([new(113.20, 23.40), new(113.21, 23.40), new(113.22, 23.40)]));
        city.Add("建设路", Gazetteer.Sort.Street, new(113.30, 23.15, 113.31, 23.15), Wkb.Line([new(113.30, 23.15), new(113.31, 23.15)]));
        city.Add("花城小学", Gazetteer.Sort.Place, new(113.2149, 23.4009, 113.2151, 23.4011));
        foreach (var (number, x) in new[] { ("2", 113.201), ("12", 113.206), ("12-3", 113.2061), ("22", 113.211), ("11", 113.2055) })
            city.AddAddress($"建设路{number}号", new(x, number == "11" ? 23.401 : 23.399, x, number == "11" ? 23.401 : 23.399));
        city.AddAddress("Cozine Ave 285, 11207, Brooklyn", new(-73.88, 40.66, -73.88, 40.66));
        city.AddAddress("295 Cozine Avenue", new(-73.879, 40.66, -73.879, 40.66));
        city.AddAddress("East 21st Street 40, New York", new(-73.98, 40.74, -73.98, 40.74));
        city.AddAddress("Landstrasse 12a, 9494, Schaan", new(9.51, 47.16, 9.51, 47.16));
        city.Seal();
        return city;
    }

    [Theory]
    [InlineData("广州市花都区建设路12号", "address 113.206 23.399 10")]
    [InlineData("花都区建设路１２号", "address 113.206 23.399 10")]
    [InlineData("花都区 建设路 12-3号 二楼", "address 113.2061 23.399 10")]
    [InlineData("285 COZINE AVENUE", "address -73.88 40.66 10")]
    [InlineData("285 Cozine Ave., Brooklyn NY 11207", "address -73.88 40.66 10")]
    [InlineData("40 EAST 21 STREET", "address -73.98 40.74 10")]
    [InlineData("40 E 21st St", "address -73.98 40.74 10")]
    [InlineData("Landstrasse 12a, Schaan", "address 9.51 47.16 10")]
    [InlineData("Landstrasse 12", "address 9.51 47.16 25")]
    public void A_house_number_that_the_base_knows_is_found_in_Chinese_and_in_Latin_order(string address, string place) => Show(City().Find(address)).Should().Be(place);

    [Theory]
    [InlineData("花都区建设路7号", "interpolated 113.2035 23.399 256")] // between 2 and 12: 11 is alone on the odd side
    [InlineData("花都区建设路6号", "interpolated 113.203 23.399 255")]
    [InlineData("290 COZINE AVE", "interpolated -73.8795 40.66 42")]
    public void A_number_between_two_known_ones_lies_between_them_on_its_side_of_the_street(string address, string place)
    {
        var found = City().Find(address)!;
        $"{found.Method} {found.AccuracyM > 20}".Should().Be($"interpolated {place.Split(' ')[^1] != "0"}");
        (found.Longitude, found.AccuracyM).Should().Match<(double X, double Accuracy)>(f => Math.Abs(f.X - double.Parse(place.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)) < 0.0006
            && Math.Abs(f.Accuracy - double.Parse(place.Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture)) < 5);
    }

    [Theory]
    [InlineData("花都区建设路", "street 113.21 23.4 1020")]
    [InlineData("花都区建设路999号", "street 113.21 23.4 1020")]
    [InlineData("白云区建设路", "street 113.305 23.15 511")]
    [InlineData("花都区建设路花城小学门口", "place 113.215 23.401 20")]
    [InlineData("花城小学东门", "place 113.215 23.401 20")]
    [InlineData("花都区新华街某巷", "boundary 113.22 23.4 3019")]
    [InlineData("花都区新华街道花城社区", "boundary 113.2125 23.3925 377")]
    [InlineData("花都区某村", "boundary 113.2 23.4 30185")]
    [InlineData("999 COZINEX AVENUE", "")]
    [InlineData("别处", "")]
    [InlineData("", "")]
    public void Without_a_number_the_street_then_a_named_place_then_the_smallest_unit_stands_for_it(string address, string place) => Show(City().Find(address)).Should().Be(place);

    [Fact]
    public void Streets_of_one_name_are_told_apart_by_the_district_that_the_text_names() =>
        City().Find("白云区建设路12号")!.Should().BeEquivalentTo(new { Method = "street", Latitude = 23.15 });

    [Fact]
    public async Task Orders_get_the_methods_and_accuracies_out_of_the_lakes_base_tables_and_a_default_position_counts_as_none()
    {
        using var given = new Given();
        await Base(given, "base.road", ("建设路", null, Wkb.Line([new(113.20, 23.40), new(113.22, 23.40)]), new(113.20, 23.40, 113.22, 23.40)));
        await Base(given, "base.footprint", (null, "建设路 2号, 510800, 广州", null, new(113.2010, 23.3990, 113.2012, 23.3992)), (null, "建设路 12号", null, new(113.206, 23.399, 113.2062, 23.3992)));
        await Base(given, "base.poi", ("花城小学", null, null, new(113.215, 23.401, 113.215, 23.401)));
        given.File("../lake/contracts/orders.yaml", """
            kind: SourceContract
            name: orders
            family: hotline
            dataset: hotline.service_request
            format: csv
            timeZone: Asia/Shanghai
            crs: BD-09
            recognise: {header: [工单编号, 受理时间, 事发地址]}
            noPosition: [[113.2644, 23.1291]]
            columns:
              - {name: service_request_id, from: 工单编号, required: true}
              - {name: requested_datetime, from: 受理时间, required: true, format: "yyyy/M/d H:mm"}
              - {name: address, from: 事发地址}
              - {name: longitude, from: 经度}
              - {name: latitude, from: 纬度}
            """);
        given.Reopen();
        var asked = new Asked();
        await given.IngestBy("hotline", null, o => o with { Coordinates = asked }, given.File("a.csv", "工单编号,受理时间,事发地址,经度,纬度\n"
            + "1,2026/3/1 8:05,建设路12号,0,0\n2,2026/3/1 8:05,建设路6号,113.2644,23.1291\n3,2026/3/1 8:05,建设路西段,,\n4,2026/3/1 8:05,花城小学,,\n5,2026/3/1 8:05,建设路12号,113.3,23.3\n6,2026/3/1 8:05,别处,0,0\n"));

        (await given.Sql("SELECT geocode_method, round(longitude, 4), round(accuracy_m) FROM hotline.service_request ORDER BY service_request_id")).Select(r => string.Join(' ', r)).Should().Equal(
            "address 113.2061 15", "interpolated 113.2031 255", "street 113.21 1020", "place 113.215 20", "source 113.3 ", "none  ");
        asked.Crs.Should().Equal("BD-09"); // only the row that has a position of its own
    }

    private static async Task Base(Given given, string table, params (string? Name, string? Address, byte[]? Line, Box Box)[] rows)
    {
        var dataset = given.Catalog.Datasets[TableName.Parse(table)];
        await given.Catalog.Lake.CommitAsync(new()
        {
            Table = dataset.Table, Schema = dataset.ToSchema(),
            Rows = new RowSource.Values([.. rows.Select((r, n) => dataset.Columns.Select(c => (object?)(c.Name switch
            {
                "name" => r.Name, "address" => r.Address, "geom" => r.Line, "bbox" => Wkb.Bbox(r.Box.XMin, r.Box.YMin, r.Box.XMax, r.Box.YMax),
                _ => c.Required ? $"{n}" : null,
            })).ToArray())]),
        }, TestContext.Current.CancellationToken);
    }

    private static string Show(Place? place) => place is null ? "" : FormattableString.Invariant($"{place.Method} {Math.Round(place.Longitude, 5)} {Math.Round(place.Latitude, 5)} {Math.Round(place.AccuracyM)}");

    /// <summary>Remembers which CRS it was asked for.</summary>
    private sealed class Asked : ICoordinates
    {
        public List<string> Crs { get; } = [];

        public bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude)
        {
            Crs.Add(crs);
            (longitude, latitude) = (x, y);
            return true;
        }
    }
}
