using System.Text.Json;
using Plinth.Twin;
using Plinth.Twin.Tiles;

namespace Plinth.Tests.Twin.Tiles;

public sealed class MapSnapshotTests
{
    [Fact]
    public async Task A_release_is_served_as_it_was_whatever_is_derived_after_it()
    {
        using var city = new City();
        await city.AddAsync("model.object", Rows.Building("tower", 113.2, 23.4, """{"measuredHeight": 36}"""));
        await city.DeriveAsync();
        var first = await city.Lake.ReleaseAsync();
        using var before = await city.Twin.OpenMapAsync(first.Number);
        await city.AddAsync("model.object", Rows.Building("second", 113.2008, 23.4));
        await city.DeriveAsync();
        await city.Lake.ReleaseAsync();
        using var after = await city.Twin.OpenMapAsync();

        (before.Release, after.Release).Should().Be((1, 2));
        Ids(before.Items("buildings", new())).Should().HaveCount(1);
        Ids(after.Items("buildings", new())).Should().HaveCount(2);
        Decode(before).Should().HaveCount(1);
        Decode(after).Should().HaveCount(2);
        var tower = Decode(after).Single(f => f.Properties["entity_id"].GetString()!.EndsWith(":tower", StringComparison.Ordinal));
        tower.Properties["height"].GetDouble().Should().Be(36);
        using var json = JsonDocument.Parse(before.TileJson("buildings"));
        json.RootElement.GetProperty("tiles")[0].GetString().Should().Be("/tiles/1/buildings/{z}/{x}/{y}.mvt");
        json.RootElement.GetProperty("vector_layers")[0].GetProperty("fields").GetProperty("height").GetString().Should().Be("Number");
        json.RootElement.GetProperty("bounds").EnumerateArray().Select(b => b.GetDouble()).Should().Equal(113.1998, 23.3998, 113.2002, 23.4002);

        static List<TileClient.Feature> Decode(MapSnapshot map)
        {
            using var folder = new TemporaryFolder();
            var (x, y) = TileGrid.At(15, 113.2, 23.4);
            File.WriteAllBytes(folder["t.mvt"], map.Tile("buildings", 15, x, y));
            return TileClient.Decode(folder.Path).Single().Value;
        }
    }

    [Fact]
    public async Task Pages_follow_one_another_without_gap_or_repetition()
    {
        using var city = new City();
        await city.AddAsync("hotline.service_request", [.. Enumerable.Range(0, 57).Select(i => Rows.Request($"r{i:00}", "2024-05-01T10:00:00Z", i % 3 == 0 ? "2024-05-03T10:00:00Z" : null, 113.2 + (0.001 * i), 23.4, status: i % 3 == 0 ? "closed" : "open"))]);
        await city.DeriveAsync();
        await city.Lake.ReleaseAsync();
        using var map = await city.Twin.OpenMapAsync();
        var all = new List<string>();
        string? next = null;
        var pages = 0;
        do
        {
            var page = map.Items("orders", new() { Limit = 10, After = next });
            all.AddRange(Ids(page));
            (next, pages) = (page.Next, pages + 1);
        }
        while (next is not null);
        pages.Should().Be(6);
        all.Should().HaveCount(57).And.OnlyHaveUniqueItems().And.BeInAscendingOrder(StringComparer.Ordinal);

        Ids(map.Items("orders", new() { Where = ["status=closed"] })).Should().HaveCount(19);
        Ids(map.Items("orders", new() { Where = ["status!=closed", "type=ServiceRequest"] })).Should().HaveCount(38);
        Ids(map.Items("orders", new() { Where = ["closed_at<2024-05-03T10:00:00.000001Z"] })).Should().HaveCount(19);
        Ids(map.Items("orders", new() { Where = ["closed_at<2024-05-03T10:00:00Z"] })).Should().BeEmpty();
        Ids(map.Items("orders", new() { Within = new(113.1999, 23.39, 113.2041, 23.41) })).Should().HaveCount(5);
        Ids(map.Items("orders", new() { At = new(DateTimeOffset.Parse("2024-05-04T00:00:00Z")) })).Should().HaveCount(38);
        Ids(map.Items("orders", new() { Where = ["status=' OR 1=1 --"] })).Should().BeEmpty();
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_what_can()
    {
        using var city = new City();
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", x: 113.2, y: 23.4));
        await city.DeriveAsync();
        var none = () => city.Twin.OpenMapAsync();
        (await none.Should().ThrowAsync<ArgumentException>()).WithMessage("There is no release; the newest is none: 'plinth lake release' makes one.*");
        await city.Lake.ReleaseAsync();
        using var map = await city.Twin.OpenMapAsync();
        Refused(() => map.Items("trees", new()), "There is no layer 'trees'*");
        Refused(() => map.Items("orders", new() { Where = ["status"] }), "'status' is no condition: write a property*");
        Refused(() => map.Items("orders", new() { After = "bm9uc2Vuc2U" }), "'bm9uc2Vuc2U' continues no page of snapshot 1*");
        Refused(() => map.Items("orders", new() { Limit = 0 }), "A page of 0 features*");
        Refused(() => map.Tile("orders", 4, 16, 0), "There is no tile 4/16/0*");

        static void Refused(Action act, string message) => act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    private static List<string> Ids(ItemPage page)
    {
        using var json = JsonDocument.Parse(page.GeoJson);
        json.RootElement.GetProperty("numberReturned").GetInt32().Should().Be(page.Count);
        return [.. json.RootElement.GetProperty("features").EnumerateArray().Select(f => f.GetProperty("id").GetString()!)];
    }
}
