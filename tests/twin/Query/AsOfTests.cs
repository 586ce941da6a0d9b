using Plinth.Twin;

namespace Plinth.Tests.Twin.Query;

public sealed class AsOfTests
{
    private const string Order = "urn:plinth:service-request:nyc-311:1";

    [Fact]
    public async Task What_was_here_on_a_day_is_one_query()
    {
        using var city = new City();
        await city.AddAsync("model.object", Rows.Building("old", 112.97, 23.36, """{"yearOfConstruction": 1960, "yearOfDemolition": 2023}"""), Rows.Building("new", 112.97, 23.36, """{"yearOfConstruction": 2024}"""));
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", "2024-05-02T09:00:00Z", 112.9701, 23.36));
        await city.DeriveAsync();

        (await NamesAsync("SELECT * FROM what_was_here(112.97, 23.36, DATE '2023-05-01')")).Should().Equal("building:0123456789abcdef:old");
        (await NamesAsync("SELECT * FROM what_was_here(112.97, 23.36, DATE '2024-05-01')")).Should().Equal("building:0123456789abcdef:new", "service-request:nyc-311:1");
        (await NamesAsync("SELECT * FROM what_was_here(112.97, 23.36, DATE '2024-05-03')")).Should().Equal("building:0123456789abcdef:new");
        (await NamesAsync("SELECT * FROM what_was_here(112.98, 23.36, DATE '2024-05-01')")).Should().BeEmpty();

        async Task<IEnumerable<string>> NamesAsync(string sql) => (await city.SqlAsync(sql)).Select(r => ((string)r[0]!)["urn:plinth:".Length..]);
    }

    [Theory]
    [InlineData("2024-05-01T09:59:59.999999Z", false)]
    [InlineData("2024-05-01T10:00:00Z", true)]
    [InlineData("2024-05-02T08:59:59.999999Z", true)]
    [InlineData("2024-05-02T09:00:00Z", false)]
    public async Task An_order_is_there_from_its_request_until_before_it_is_closed(string at, bool there)
    {
        using var city = new City();
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", "2024-05-02T09:00:00Z"));
        await city.DeriveAsync();
        (city.Twin.Entity(Order, new(ValidAt: DateTimeOffset.Parse(at))) is not null).Should().Be(there);
        city.Twin.Entity(Order).Should().NotBeNull("no time asked for is every time");
    }

    [Fact]
    public async Task What_was_known_at_a_time_is_what_the_versions_until_then_said()
    {
        using var city = new City();
        city.Clock.Set("2024-06-01T00:00:00Z");
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z"));
        city.Clock.Set("2024-06-10T00:00:00Z");
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", "2024-05-02T09:00:00Z", status: "closed", row: "sha256:cd#1"));
        await city.DeriveAsync();

        city.Twin.Entity(Order, Known("2024-05-31T23:59:59Z")).Should().BeNull();
        Status(Known("2024-06-01T00:00:00Z")).Should().Be("open");
        Status(Known("2024-06-09T23:59:59.999999Z")).Should().Be("open");
        Status(Known("2024-06-10T00:00:00Z")).Should().Be("closed");
        Status(default).Should().Be("closed");
        city.Twin.Entity(Order, Known("2024-06-09T00:00:00Z"))!.Valid.To.Should().BeNull();
        city.Twin.Entity(Order)!.Valid.To.Should().Be(DateTimeOffset.Parse("2024-05-02T09:00:00Z"));

        object? Status(TwinTime at) => city.Twin.Entity(Order, at)!.Facts.Single(f => f.Property == "status").Value;
        static TwinTime Known(string at) => new(KnownAt: DateTimeOffset.Parse(at));
    }

    [Fact]
    public async Task What_a_new_record_leaves_out_is_known_no_longer()
    {
        using var city = new City();
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", "2024-05-02T09:00:00Z", 113.2, 23.4, status: "closed"));
        city.Clock.Set("2024-06-10T00:00:00Z");
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", status: "reopened", row: "sha256:cd#1"));
        await city.DeriveAsync();
        var card = city.Twin.Entity(Order)!;
        card.Facts.Select(f => f.Property).Should().Contain("status").And.NotContain("closed_at");
        card.Geometry.Should().BeEmpty();
        var before = city.Twin.Entity(Order, new(KnownAt: DateTimeOffset.Parse("2024-06-09T00:00:00Z")))!;
        before.Facts.Select(f => f.Property).Should().Contain("closed_at");
        before.Geometry.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_building_that_moves_is_no_longer_within_its_old_unit()
    {
        using var city = new City();
        await city.AddAsync("base.admin_unit", Rows.Unit("1", "西", "street", box: [113.0, 23.0, 113.1, 23.1]), Rows.Unit("2", "东", "street", box: [113.1, 23.0, 113.2, 23.1]));
        await city.AddAsync("model.object", Rows.Building("a", 113.05, 23.05));
        await city.DeriveAsync();
        city.Clock.Set("2024-06-10T00:00:00Z");
        await city.AddAsync("model.object", Rows.Building("a", 113.15, 23.05));
        await city.DeriveAsync();
        Units(default).Should().Equal("东");
        Units(new(KnownAt: DateTimeOffset.Parse("2024-06-09T00:00:00Z"))).Should().Equal("西");

        IEnumerable<string?> Units(TwinTime at) => city.Twin.Entity("urn:plinth:building:0123456789abcdef:a", at)!.Relations.Where(r => r.Predicate == "within").Select(r => r.OtherName);
    }
}
