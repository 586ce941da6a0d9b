namespace Plinth.Tests.Twin.Query;

public sealed class WhyTests : IDisposable
{
    private const string Tower = "urn:plinth:building:0123456789abcdef:tower";

    private readonly City _city = new();

    [Fact]
    public async Task Why_the_map_says_36_metres_names_the_rule_and_what_became_of_the_other_claim()
    {
        await _city.AddAsync("model.object", Rows.Building("tower", 113.2, 23.4, """{"measuredHeight": 36}""", height: 30.5));
        await _city.DeriveAsync();
        var reason = _city.Twin.Why(Tower, "height").Should().ContainSingle().Subject;
        reason.Fact.Value.Should().Be(36.0);
        reason.Rule.Should().Be("a height that a source states goes before one measured in a model");
        reason.Claims.Select(c => (c.Claim.Value, c.RuleId, c.Rank, c.Chosen, c.Why)).Should().Equal(
            (36.0, "height-as-surveyed", 1, true, "chosen"),
            (30.5, "height-from-geometry", 2, false, "rule height-from-geometry has rank 2, after 1 of height-as-surveyed"));
        _city.Twin.Why(Tower, "storeys").Should().BeEmpty();
        _city.Twin.Why("urn:plinth:building:none", "height").Should().BeEmpty();
    }

    [Fact]
    public async Task Among_stated_heights_the_surest_holds_and_the_newest_of_equally_sure_ones()
    {
        await _city.AddAsync("model.object", Rows.Building("tower", 113.2, 23.4));
        await _city.AddAsync("twin.claim",
            Claim("lidar", 36.2, "2020-01-01", 0.9), Claim("old-lidar", 36.5, "2019-01-01", 0.9), Claim("guess", 40, "2023-01-01", 0.4));
        await _city.DeriveAsync();
        var reason = _city.Twin.Why(Tower, "height").Single();
        reason.Fact.Value.Should().Be(36.2);
        reason.Fact.Claims.Should().Be(3);
        reason.Claims.Select(c => (c.Claim.Origin.SourceId, c.Why)).Should().Equal(
            ("lidar", "chosen"), ("old-lidar", "observed earlier: 2019-01-01 00:00:00Z"), ("guess", "less sure: 0.4 against 0.9"));
    }

    [Fact]
    public async Task A_property_without_a_rule_of_its_own_takes_the_newest_observation_however_sure()
    {
        await _city.AddAsync("model.object", Rows.Building("tower", 113.2, 23.4));
        await _city.AddAsync("twin.claim", Claim("a", 3, "2020-01-01", 0.9, "storeys"), Claim("b", 4, "2023-01-01", 0.4, "storeys"));
        await _city.DeriveAsync();
        var reason = _city.Twin.Why(Tower, "storeys").Single();
        (reason.Fact.Value, reason.Fact.RuleId).Should().Be((4.0, "newest"));
        reason.Claims[1].Why.Should().Be("observed earlier: 2020-01-01 00:00:00Z");
    }

    public void Dispose() => _city.Dispose();

    private static object Claim(string source, double value, string observed, double confidence, string property = "height") => new
    {
        claim_id = $"urn:plinth:claim:{source}", entity_id = Tower, property, value_num = value, unit = "m", phenomenon_time = Shape.At(observed + "T00:00:00Z"),
        source_id = source, source_table = "model.object", source_version = 0L, source_row = $"sha256:aa#{source}", method = "attribute:h", recorded_from = Shape.At("2024-06-01T00:00:00Z"), run_id = "given", confidence,
    };
}
