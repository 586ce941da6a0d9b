using Plinth.Twin;

namespace Plinth.Tests.Twin.Derivation;

public sealed class SampleTests(Samples samples) : IClassFixture<Samples>
{
    private City City => samples.City;

    [Fact]
    public void The_samples_become_as_many_entities_of_each_type_as_their_files_hold()
    {
        var counts = City.Twin.Counts().ToDictionary(c => c.Type, c => c.Count);
        // 160 in Delft, 4 in The Hague, 2 of 3D BAG; their parts.
        counts["Building"].Should().Be(166);
        counts["BuildingPart"].Should().Be(10);
        counts["Road"].Should().Be(143);
        counts["WaterBody"].Should().Be(3);
        // 31 provinces, 342 cities, 2,978 districts, 261 villages; the outline of Huadu is one of the districts.
        counts["AdministrativeUnit"].Should().Be(31 + 342 + 2978 + 261);
        // 207 detectors of METR-LA, 3 of MnDOT and controllers, 16 channels of one controller.
        counts["Device"].Should().Be(226);
        counts["Intersection"].Should().Be(2);
        counts["Photo"].Should().Be(4);
        counts["ServiceRequest"].Should().BeGreaterThan(5000);
    }

    [Fact]
    public void Huadu_is_one_entity_from_two_sources_with_an_outline_and_its_place_in_the_order()
    {
        var card = City.Twin.Entity("urn:plinth:admin-unit:440114")!;
        card.Name.Should().Be("花都区");
        card.Facts.Single(f => f.Property == "name").Claims.Should().Be(2);
        card.Geometry.Single().SourceCrs.Should().Be("GCJ-02");
        card.Relations.Should().Contain(r => r.Predicate == "within" && r.Outgoing && r.OtherId == "urn:plinth:admin-unit:4401" && r.OtherName == "广州市");
        City.Twin.At(113.2, 23.4).Select(e => e.Id).Should().Contain(card.Id);
    }

    [Fact]
    public async Task Every_fact_of_the_samples_leads_to_a_row_in_its_source_table()
    {
        (await City.SqlAsync("SELECT count(*) FROM twin.fact_at() f ANTI JOIN twin.claim_at() c ON c.claim_id = f.claim_id AND c.entity_id = f.entity_id"))[0][0].Should().Be(0L);
        var lost = await City.SqlAsync("""
            WITH row_of AS (
                SELECT 'model.object' AS source_table, source_row FROM model.object UNION ALL SELECT 'base.admin_unit', source_row FROM base.admin_unit
                UNION ALL SELECT 'hotline.service_request', source_row FROM hotline.service_request UNION ALL SELECT 'imagery.photo', source_row FROM imagery.photo
                UNION ALL SELECT 'imagery.scene', source_row FROM imagery.scene UNION ALL SELECT 'imagery.tile', source_row FROM imagery.tile
                UNION ALL SELECT 'sensor.thing', source_row FROM sensor.thing UNION ALL SELECT 'sensor.detector_config', source_row FROM sensor.detector_config
            )
            SELECT DISTINCT c.source_table, c.source_row FROM twin.claim_at() c ANTI JOIN row_of r ON r.source_table = c.source_table AND r.source_row = c.source_row
            """);
        lost.Should().BeEmpty();
    }

    [Fact]
    public async Task The_samples_hold_each_kind_of_relation_with_its_source_row()
    {
        var kinds = await City.SqlAsync("SELECT predicate, count(*), count(source_row) FROM twin.relation_at() GROUP BY predicate ORDER BY predicate");
        kinds.Select(k => (string?)k[0]).Should().Equal("controls", "depicts", "observes", "partOf", "within");
        kinds.Should().OnlyContain(k => Equals(k[1], k[2]));
    }

    [Fact]
    public async Task A_measured_height_wins_over_the_models_own_and_both_are_kept()
    {
        var rows = await City.SqlAsync("SELECT rule_id, count(*) FROM twin.fact_at() WHERE property = 'height' GROUP BY rule_id ORDER BY rule_id");
        rows.Select(r => (string?)r[0]).Should().Contain("height-as-surveyed");
        (await City.SqlAsync("SELECT count(*) FROM twin.fact_at() WHERE property = 'height' AND value_num IS NULL"))[0][0].Should().Be(0L);
    }

    [Fact]
    public async Task A_photo_straight_down_on_delft_depicts_what_meets_the_rectangle_that_it_sees()
    {
        using var city = new City();
        await Samples.IngestAsync(city, "models", Repository.Sample("models", "delft.json"));
        // Over the middle of the model: 60 m up with f = 3000 px, 4000 x 3000 px, so 80 m from west to east and 60 m from south to north.
        var middle = await city.SqlAsync("SELECT (min(bbox.xmin) + max(bbox.xmax)) / 2, (min(bbox.ymin) + max(bbox.ymax)) / 2 FROM model.object WHERE type = 'Building'");
        var (x, y) = ((double)middle[0][0]!, (double)middle[0][1]!);
        await city.AddAsync("imagery.photo", Rows.Photo("delft", x, y, height: 60));
        await city.DeriveAsync();
        var depicted = (await city.SqlAsync("SELECT split_part(object_id, ':', -1) FROM twin.relation_at() WHERE predicate = 'depicts' AND source_id = 'geometry'")).Select(r => (string)r[0]!).ToList();
        // Half a metre either way, for what the plane of the check and the photo's differ.
        depicted.Should().Contain(await MeetAsync(39.5, 29.5)).And.HaveCountGreaterThan(50);
        (await MeetAsync(40.5, 30.5)).Should().Contain(depicted);

        async Task<IEnumerable<string>> MeetAsync(double east, double north)
        {
            var (dx, dy) = (east / (111_319.49 * Math.Cos(y * Math.PI / 180)), north / 111_249.0);
            return (await city.SqlAsync($"SELECT local_id FROM model.object WHERE ST_Intersects(geom, ST_MakeEnvelope({x - dx:R}, {y - dy:R}, {x + dx:R}, {y + dy:R}))")).Select(r => (string)r[0]!);
        }
    }
}
