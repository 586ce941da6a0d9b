using System.Text.Json;
using Plinth.Twin;

namespace Plinth.Tests.Twin.Query;

public sealed class CardTests
{
    private const string Tower = "urn:plinth:building:0123456789abcdef:tower";

    [Fact]
    public async Task A_fact_says_which_claim_and_rule_it_rests_on_and_which_others_there_were()
    {
        using var city = new City();
        await city.AddAsync("model.object", Rows.Building("tower", 113.2, 23.4, """{"measuredHeight": 36, "bouwjaar": 1998, "colour": "red"}""", height: 30.5));
        await city.DeriveAsync();
        var card = city.Twin.Entity(Tower)!;
        var height = card.Facts.Single(f => f.Property == "height");
        height.Value.Should().Be(36.0);
        height.Unit.Should().Be("m");
        height.RuleId.Should().Be("height-as-surveyed");
        height.Conflict.Should().BeTrue();
        height.Claims.Should().Be(2);
        height.Origin.Should().Be(new RowOrigin("urn:plinth:asset:0123456789abcdef", "model.object", 0, "sha256:bb#tower"));
        height.Origin.Sha256.Should().Be("bb");
        city.Twin.Claims(Tower, "height").Select(c => (c.Value, c.Method)).Should().BeEquivalentTo(new (object?, string?)[] { (36.0, "attribute:measuredHeight"), (30.5, "geometry") });
        card.Facts.Single(f => f.Property == "colour").Value.Should().Be("red");
        card.Valid.From.Should().Be(DateTimeOffset.Parse("1998-01-01T00:00:00Z"));
        card.Geometry.Single().GeoJson.Should().StartWith("""{"type":"Polygon","coordinates":[[[113.1998,23.3998]""");
    }

    [Fact]
    public async Task The_twin_keeps_neither_address_nor_the_citizens_words()
    {
        using var city = new City();
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z"));
        await city.DeriveAsync();
        (await city.SqlAsync("SELECT * FROM twin.claim WHERE value_text ILIKE '%secret%' OR value_text ILIKE '%neighbour%'")).Should().BeEmpty();
        city.Twin.Entity("urn:plinth:service-request:nyc-311:1")!.Name.Should().Be("噪音");
    }

    [Fact]
    public async Task At_a_point_are_what_contains_it_and_points_within_25_metres()
    {
        using var city = new City();
        await city.AddAsync("model.object", Rows.Building("tower", 113.2, 23.4));
        await city.AddAsync("hotline.service_request", Rows.Request("near", "2024-05-01T10:00:00Z", x: 113.2002, y: 23.4), Rows.Request("far", "2024-05-01T10:00:00Z", x: 113.2003, y: 23.4));
        await city.DeriveAsync();
        var found = city.Twin.At(113.2, 23.4);
        found.Select(f => f.Id).Should().Equal(Tower, "urn:plinth:service-request:nyc-311:near");
        found[0].DistanceM.Should().Be(0);
        found[1].DistanceM.Should().BeApproximately(20.4, 0.1);
    }

    [Fact]
    public async Task Every_layer_is_geojson_with_the_entitys_id_name_and_facts()
    {
        using var city = new City();
        await city.AddAsync("model.object", Rows.Building("tower", 113.2, 23.4, """{"measuredHeight": 36}"""));
        await city.AddAsync("base.admin_unit", Rows.Unit("440114", "花都区", "district", box: [112.95, 23.24, 113.48, 23.62]));
        await city.AddAsync("imagery.photo", Rows.Photo("p1", 113.2, 23.4));
        await city.DeriveAsync();
        foreach (var layer in city.Twin.Layers())
            Features(city, layer.Name).Should().HaveCount((int)layer.Features, layer.Name);
        var building = Features(city, "buildings").Single();
        building.GetProperty("id").GetString().Should().Be(Tower);
        building.GetProperty("properties").GetProperty("height").GetDouble().Should().Be(36);
        Features(city, "admin_units").Single().GetProperty("properties").GetProperty("name").GetString().Should().Be("花都区");
        Features(city, "photo_footprints").Single().GetProperty("geometry").GetProperty("type").GetString().Should().Be("Polygon");
        Features(city, "photos").Single().GetProperty("properties").GetProperty("camera").GetString().Should().Be("DJI M3E");
    }

    [Fact]
    public void An_unknown_layer_is_refused_with_the_names_of_those_there_are()
    {
        using var city = new City();
        var act = () => city.Twin.WriteLayer("trees", default, Stream.Null);
        act.Should().Throw<ArgumentException>().WithMessage("There is no layer 'trees'; take one of buildings,*");
    }

    [Fact]
    public void A_twin_without_tables_is_empty_and_answers()
    {
        using var city = new City();
        city.Twin.Counts().Should().BeEmpty();
        city.Twin.Entity(Tower).Should().BeNull();
        city.Twin.At(113.2, 23.4).Should().BeEmpty();
        Features(city, "buildings").Should().BeEmpty();
    }

    private static IReadOnlyList<JsonElement> Features(City city, string layer)
    {
        using var stream = new MemoryStream();
        city.Twin.WriteLayer(layer, default, stream);
        using var json = JsonDocument.Parse(stream.ToArray());
        json.RootElement.GetProperty("type").GetString().Should().Be("FeatureCollection");
        return [.. json.RootElement.GetProperty("features").EnumerateArray().Select(f => f.Clone())];
    }
}
