using Plinth.Catalog;
using Plinth.Catalog.Contracts;
using Plinth.Lakehouse;

namespace Plinth.Tests.Catalog;

public sealed class ContractFaults
{
    private const string Valid = """
        apiVersion: v3.1.0
        kind: DataContract
        id: air.no2
        name: NO2
        version: 1.0.0
        status: active
        domain: air
        team: {name: Air office}
        slaProperties:
          - {property: retention, value: 5, unit: y}
        schema:
          - name: no2
            properties:
              - {name: station, logicalType: string, physicalType: string, required: true, primaryKey: true, classification: L1}
              - {name: result_ugm3, logicalType: number, physicalType: "decimal(10,2)", classification: L3, customProperties: [{property: unit, value: ug/m3}]}
        """;

    [Fact]
    public void A_contract_reads_into_what_it_says()
    {
        var contract = Dataset(Valid);

        contract.Should().BeEquivalentTo(new
        {
            Table = new TableName("air", "no2"), Title = "NO2", Owner = "Air office", Retention = "P5Y", Level = Level.L3, Version = "1.0.0",
        });
        contract.PrimaryKey.Should().Equal("station");
        contract.Columns[1].Should().Be(new ContractColumn("result_ugm3", new DataType.Decimal(10, 2), false, Level.L3, "ug/m3"));
    }

    [Fact]
    public void All_faults_of_a_file_are_listed_at_once_each_with_its_line()
    {
        var text = Valid.Replace("status: active", "status: actve").Replace("domain: air", "domian: air").Replace("value: 5, unit: y", "value: 5, unit: years")
            .Replace("physicalType: string", "physicalType: strng").Replace("classification: L3", "classification: L9");

        Faults(text).Should().Equal(
            "line 6: 'status' is 'actve'; did you mean 'active'?",
            "line 7: 'domian' is not known here; did you mean 'domain'?",
            "line 10: a retention is a whole number of y (years), m (months) or d (days), e.g. {property: retention, value: 5, unit: y, element: taken_at}",
            "line 14: physicalType 'strng' is not known; did you mean 'string'?",
            "line 15: level 'L9' is not known; write L1, L2, L3 or L4");
    }

    [Theory]
    [InlineData("id: air.no2", "id: air.so2", "line 3: 'id' is 'air.so2', but the file is named 'air.no2.yaml'; both must agree")]
    [InlineData("version: 1.0.0", "version: one", "line 5: 'version' is 'one'; write three numbers, e.g. 1.0.0")]
    [InlineData("name: result_ugm3", "name: station", "line 15: column 'station' is there twice")]
    [InlineData("required: true, ", "", "line 14: column 'station' is part of the primary key, so it must be required")]
    [InlineData("required: true", "required: yes", "line 14: 'required' is 'yes'; write true or false")]
    [InlineData("logicalType: number", "logicalType: string", "line 15: logicalType 'string' does not go with physicalType 'decimal(10,2)'; write number")]
    [InlineData("property: unit", "property: units", "line 15: 'units' is not known here; did you mean 'unit'?")]
    [InlineData("apiVersion: v3.1.0", "apiVersion: v2.2.0", "line 1: 'apiVersion' is 'v2.2.0'; this program reads v3.1.0")]
    public void A_fault_says_where_what_and_what_to_write(string right, string wrong, string fault) =>
        Faults(Valid.Replace(right, wrong)).Should().Contain(fault);

    [Theory]
    [InlineData("a: [1", "line 2: is not YAML: While parsing a flow sequence*")]
    [InlineData("kind: a\nkind: b", "line 2: is not YAML: Duplicate key kind")]
    [InlineData("- a\n- b", "line 1: is not one YAML mapping*")]
    [InlineData("", "line 1: is not one YAML mapping*")]
    public void A_file_that_is_no_mapping_is_one_fault(string text, string fault) =>
        Faults(text).Should().ContainSingle().Which.Should().Match(fault);

    [Fact]
    public void Personal_data_below_L3_is_a_fault() =>
        Faults(Valid.Replace("classification: L3, customProperties: [{property: unit, value: ug/m3}]", "classification: L2, customProperties: [{property: personal, value: true}]"))
            .Should().Equal("line 15: column 'result_ugm3' holds personal data, so it is L3 or L4");

    [Fact]
    public void Faults_of_a_layout_are_listed_at_once_and_checked_against_its_dataset()
    {
        const string Layout = """
            kind: SourceContract
            name: mine
            family: weather
            dataset: air.no2
            format: csv
            delimiter: ";;"
            timeZone: Mars/Olympus
            crs: "OGC:CRS84"
            columns:
              - {name: staton, from: Station}
              - {name: result_ugm3, from: NO2, constant: "1", minimum: 5, maximum: 2}
            """;

        var faults = FluentActions.Invoking(() => SourceYaml.Read(Layout, "mine.yaml", _ => Dataset(Valid))).Should().Throw<ContractException>().Which.Faults;

        faults.Select(f => f[..Math.Min(f.Length, 50)]).Should().Equal(
            "line 3: 'family' is 'weather'; known are photos, m",
            "line 6: 'delimiter' is ';;'; write one character, ",
            "line 7: 'timeZone' is 'Mars/Olympus', which this m",
            "line 10: air.no2 has no column 'staton'; did you m",
            "line 11: column 'result_ugm3' needs either 'from' ",
            "line 11: column 'result_ugm3': minimum is above ma");
    }

    [Fact]
    public void A_users_own_contracts_stand_over_the_shipped_ones_and_a_broken_one_harms_no_other()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["air.no2.yaml"], Valid);
        File.WriteAllText(folder["sensor.event.yaml"], "kind: nonsense");
        File.WriteAllText(folder["mine.yaml"], "kind: SourceContract\nname: mine\nfamily: sensors\ndataset: air.no2\nformat: csv\ntimeZone: UTC\ncrs: \"OGC:CRS84\"\n");

        var library = new ContractLibrary(ContractLibrary.ShippedFolder, folder.Path);

        library.Datasets[new("air", "no2")].Title.Should().Be("NO2");
        library.Datasets[new("sensor", "thing")].Title.Should().Be("Things");
        library.Source("mine").Dataset.Should().Be(new TableName("air", "no2"));
        FluentActions.Invoking(() => library.Datasets[new("sensor", "event")]).Should().Throw<ContractException>();
    }

    [Theory]
    [InlineData("struct<a:long,b:array<map<string,decimal(3,1)>>>", true)]
    [InlineData("struct<>", false)]
    [InlineData("array<string", false)]
    [InlineData("decimal(40,1)", false)]
    [InlineData("string ", false)]
    public void A_type_reads_as_the_Delta_protocol_writes_it(string text, bool valid) =>
        PhysicalType.Parse(text)?.ToString().Should().Be(valid ? text : null);

    private static DatasetContract Dataset(string text) => DatasetYaml.Read(text, "air.no2.yaml");

    private static IReadOnlyList<string> Faults(string text) =>
        FluentActions.Invoking(() => Dataset(text)).Should().Throw<ContractException>().Which.Faults;
}
