using Plinth.Catalog;
using Plinth.Catalog.Contracts;
using Plinth.Lakehouse;

namespace Plinth.Tests.Catalog;

public sealed class ShippedContracts
{
    private static readonly ContractLibrary Library = new(ContractLibrary.ShippedFolder);

    public static TheoryData<string> Datasets => [.. Files("*.yaml", "")];

    public static TheoryData<string> Layouts => [.. Files("*.yaml", "sources")];

    [Theory, MemberData(nameof(Datasets))]
    public void Every_dataset_contract_is_valid_and_says_what_it_is_in_two_languages(string name)
    {
        var contract = Library.Datasets[TableName.Parse(name)];

        contract.Title.Should().NotBeEmpty();
        contract.TitleZh.Should().MatchRegex(@"\p{IsCJKUnifiedIdeographs}");
        contract.Description.Should().NotBeEmpty();
        contract.Level.Should().Be(contract.Columns.Max(c => c.Level));
    }

    [Theory, MemberData(nameof(Datasets))]
    public void Every_dataset_becomes_a_schema_whose_columns_carry_level_unit_and_crs(string name)
    {
        var contract = Library.Datasets[TableName.Parse(name)];

        var schema = contract.ToSchema();

        schema.Columns.Select(c => c.Name).Should().Equal(contract.Columns.Select(c => c.Name));
        schema.Columns.Should().OnlyContain(c => c.Metadata!["plinth.level"].StartsWith('L'));
        foreach (var (column, promised) in schema.Columns.Zip(contract.Columns))
        {
            column.Nullable.Should().Be(!promised.Required);
            column.Metadata!.GetValueOrDefault("plinth.unit").Should().Be(promised.Unit);
            column.Metadata!.GetValueOrDefault("plinth.crs").Should().Be(promised.Crs);
        }
    }

    [Theory, MemberData(nameof(Datasets))]
    public void Geometry_is_binary_in_CRS84_with_a_bbox_beside_it_and_lengths_have_a_unit(string name)
    {
        var columns = Library.Datasets[TableName.Parse(name)].Columns;

        foreach (var geometry in columns.Where(c => c.Name == "geom"))
        {
            geometry.Type.Should().Be(DataType.Binary);
            geometry.Crs.Should().Be("OGC:CRS84");
            columns.Should().Contain(c => c.Name == "bbox" && c.Type.ToString() == DataType.Bbox.ToString());
        }
        columns.Where(c => c.Name.EndsWith("_m", StringComparison.Ordinal) && c.Unit != "m").Should().BeEmpty();
        columns.Where(c => c.Name.EndsWith("_deg", StringComparison.Ordinal) && c.Unit != "deg").Should().BeEmpty();
    }

    [Theory, MemberData(nameof(Layouts))]
    public void Every_layout_is_valid_and_sets_each_required_column_that_its_file_must_bring(string name)
    {
        var layout = Library.Source(name);

        layout.Name.Should().Be(name);
        layout.Description.Should().NotBeEmpty();
        Library.Datasets.ContainsKey(layout.Dataset).Should().BeTrue();
        if (layout.Format is "csv" or "parquet" or "geojson")
            layout.Recognise.Should().NotBeNull();
    }

    [Fact]
    public void The_datasets_that_other_rooms_write_are_all_there() =>
        Library.Datasets.Keys.Select(t => t.ToString()).Should().BeEquivalentTo(
            "base.admin_unit", "base.footprint", "base.poi", "base.rejected", "base.responsibility_area", "base.road", "base.waterway", "hotline.rejected", "hotline.service_request", "hotline.status_change", "imagery.camera", "imagery.flight_log", "imagery.ground_control", "imagery.mission", "imagery.photo", "imagery.pose", "imagery.rejected", "imagery.scene", "imagery.tile",
            "model.asset", "model.object", "model.point", "model.rejected", "model.tile", "module.feedback", "module.finding", "module.proposal", "sandbox.evaluation", "sandbox.release",
            "sensor.datastream", "sensor.detector_config", "sensor.event", "sensor.observation", "sensor.rejected", "sensor.thing",
            "twin.claim", "twin.entity", "twin.entity_geometry", "twin.fact", "twin.relation");

    [Theory]
    [InlineData("hotline", "311_Animals_2025_short.csv", "nyc-311")]
    [InlineData("hotline", "boston311-100.csv", "boston-311")]
    [InlineData("hotline", "boston311-100-bad.tsv", "boston-311-tsv")]
    [InlineData("sensors", "speed_6005.csv", "mndot-detector")]
    [InlineData("sensors", "occupancy_6005.csv", "mndot-detector")]
    [InlineData("sensors", "ApproachVolumeTestLogs.csv", "controller-events-csv")]
    [InlineData("sensors", "graph_sensor_locations.csv", "metr-la-locations")]
    [InlineData("base", "provinces.csv", "china-division-provinces")]
    [InlineData("base", "cities.csv", "china-division-cities")]
    [InlineData("base", "areas.csv", "china-division-areas")]
    [InlineData("base", "streets.csv", "china-division-streets")]
    [InlineData("base", "villages-440114.csv", "china-division-villages")]
    public void The_header_of_every_sample_is_recognised_by_exactly_one_layout_whose_required_columns_it_has(string family, string file, string expected)
    {
        var first = File.ReadLines(Repository.Sample(family, file)).First();

        var fitting = Library.Sources.Values
            .Where(s => s.Format == "csv" && s.Recognise!.Fits(file, first.Split(s.Delimiter)))
            .ToList();

        fitting.Select(s => s.Name).Should().Equal(expected);
        fitting[0].Family.Should().Be(family);
        first.Split(fitting[0].Delimiter).Should().Contain(fitting[0].Columns.Where(c => c.Required).Select(c => c.From).OfType<string>());
    }

    [Theory]
    [InlineData("TimeStamp,DeviceId,EventId,Parameter", "controller-events-parquet")]
    [InlineData("DeviceId,Phase,Parameter,Function", "detector-config")]
    public void The_columns_of_the_Parquet_samples_are_recognised_by_exactly_one_layout(string header, string expected) =>
        Library.Sources.Values.Where(s => s.Format == "parquet" && s.Recognise!.Fits("sample.parquet", header.Split(',')))
            .Select(s => s.Name).Should().Equal(expected);

    [Fact]
    public void A_layout_without_header_knows_its_file_by_name() =>
        Library.Source("cityjson-the-hague").Recognise!.Fits("DH_01_subs.city.json", []).Should().BeTrue();

    [Fact]
    public void A_layout_that_is_not_there_is_answered_with_one_that_is() =>
        FluentActions.Invoking(() => Library.Source("nyc311")).Should().Throw<ContractException>().WithMessage("*did you mean 'nyc-311'?*");

    private static IEnumerable<string> Files(string pattern, string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "catalog", "contracts", folder), pattern).Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);
}
