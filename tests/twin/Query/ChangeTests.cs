using Plinth.Twin;

namespace Plinth.Tests.Twin.Query;

public sealed class ChangeTests
{
    [Fact]
    public async Task A_difference_says_what_was_there_and_what_is_there_now()
    {
        using var city = new City();
        await city.AddAsync("model.object",
            Rows.Building("old", 113.20, 23.4, """{"yearOfConstruction": 1960, "yearOfDemolition": 2020}"""),
            Rows.Building("new", 113.21, 23.4, """{"yearOfConstruction": 2022}"""));
        await city.DeriveAsync();
        var changes = city.Twin.Diff(At("2019-01-01T00:00:00Z"), At("2023-01-01T00:00:00Z"));
        changes.Select(c => (c.Change, c.EntityId.Split(':')[^1])).Should().BeEquivalentTo([("vanished", "old"), ("appeared", "new")]);
        changes.Single(c => c.Change == "vanished").OldGeometry.Should().StartWith("""{"type":"Polygon","coordinates":[[[113.1998,23.3998]""");
        city.Twin.Diff(At("2019-01-01T00:00:00Z"), At("2023-01-01T00:00:00Z"), within: new MapBox(113.205, 23.3, 113.3, 23.5)).Select(c => c.Change).Should().Equal("appeared");
        city.Twin.Diff(At("2019-01-01T00:00:00Z"), At("2023-01-01T00:00:00Z"), type: "Road").Should().BeEmpty();

        static TwinTime At(string t) => new(DateTimeOffset.Parse(t));
    }

    [Fact]
    public async Task A_late_correction_is_a_difference_in_what_was_known_with_both_claims()
    {
        using var city = new City();
        await city.AddAsync("model.object", Rows.Building("a", 113.20, 23.4, """{"measuredHeight": 30}"""));
        city.Clock.Set("2024-06-10T00:00:00Z");
        await city.AddAsync("model.object", Rows.Building("a", 113.2001, 23.4, """{"measuredHeight": 36}"""));
        await city.DeriveAsync();
        var changes = city.Twin.Diff(new(KnownAt: DateTimeOffset.Parse("2024-06-09T00:00:00Z")), default);
        var height = changes.Single(c => c.Property == "height");
        (height.Change, height.OldValue, height.NewValue, height.Unit).Should().Be(("changed", "30.0", "36.0", "m"));
        var moved = changes.Single(c => c.Change == "moved");
        moved.DistanceM.Should().BeApproximately(10.2, 0.1);
        city.Twin.History(height.EntityId).Where(h => h is { Kind: "claim", Property: "height" }).Select(h => h.ClaimId).Should().BeEquivalentTo([height.OldClaimId, height.NewClaimId]);
    }

    [Fact]
    public async Task The_history_of_an_entity_says_until_when_each_record_stood_and_what_was_closed()
    {
        using var city = new City();
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", "2024-05-02T09:00:00Z", 113.2, 23.4, status: "closed"));
        city.Clock.Set("2024-06-10T00:00:00Z");
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", status: "reopened", row: "sha256:cd#1"));
        await city.DeriveAsync();
        var history = city.Twin.History("urn:plinth:service-request:nyc-311:1");
        history.Where(h => h is { Kind: "fact", Property: "status" }).Select(h => (h.Value, h.Recorded.To)).Should()
            .Equal(("closed", DateTimeOffset.Parse("2024-06-10T00:00:00Z")), ("reopened", null));
        history.Where(h => h.Kind == "geometry").Select(h => h.Closed).Should().Equal(false, true);
        history.Select(h => h.Recorded.From).Should().BeInAscendingOrder();
        city.Twin.History("urn:plinth:nothing").Should().BeEmpty();
    }

    [Fact]
    public void A_box_that_is_turned_over_is_refused()
    {
        using var city = new City();
        var act = () => city.Twin.Diff(default, default, within: new MapBox(114, 23, 113, 24));
        act.Should().Throw<ArgumentException>().WithMessage("114,23,113,24 is no box: write west,south,east,north*");
    }
}
