using System.Text.Json;
using System.Text.RegularExpressions;
using Plinth.Ingestion;
using Plinth.Ingestion.Imagery;

namespace Plinth.Tests.Imagery;

/// <summary>What the STAC item specification 1.0.0 asks of every item, held against every scene there is.</summary>
public partial class StacTests
{
    public static TheoryData<string> Scenes => [.. new[] { "geotiff", "landsat-pucallpa" }.SelectMany(folder => Directory.EnumerateFiles(Repository.Shared("data", "imagery", folder)))
        .Where(f => f.EndsWith(".tif", StringComparison.Ordinal) || f.EndsWith(".vrt", StringComparison.Ordinal)).Select(f => Path.GetRelativePath(Repository.Shared("data", "imagery"), f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scenes))]
    public void Every_scene_is_a_valid_item(string file)
    {
        var path = Repository.Shared("data", "imagery", file);
        var result = Readers.Read(file.EndsWith(".vrt", StringComparison.Ordinal) ? new VrtReader() : new GeoTiffReader(), path);
        var row = result.Tables.Single().Rows.Single();
        using var document = JsonDocument.Parse(row.OfType<string>().Single(text => text.StartsWith("{\"type\":\"Feature\"", StringComparison.Ordinal)));
        var item = document.RootElement;

        (item.GetProperty("type").GetString(), item.GetProperty("stac_version").GetString()).Should().Be(("Feature", "1.0.0"));
        item.GetProperty("id").GetString().Should().NotBeNullOrEmpty();
        item.GetProperty("links").ValueKind.Should().Be(JsonValueKind.Array);
        item.GetProperty("stac_extensions").EnumerateArray().Should().OnlyContain(e => Uri.IsWellFormedUriString(e.GetString(), UriKind.Absolute));
        item.GetProperty("assets").EnumerateObject().Should().NotBeEmpty().And.OnlyContain(a => a.Value.GetProperty("href").GetString()!.Length > 0);
        if (item.GetProperty("geometry").ValueKind == JsonValueKind.Null)
        {
            item.TryGetProperty("bbox", out _).Should().BeFalse("an item without geometry has no box");
        }
        else
        {
            var ring = item.GetProperty("geometry").GetProperty("coordinates")[0];
            ring.GetArrayLength().Should().BeGreaterThanOrEqualTo(4);
            ring[0].ToString().Should().Be(ring[ring.GetArrayLength() - 1].ToString(), "rings are closed");
            item.GetProperty("bbox").GetArrayLength().Should().Be(4);
        }
        var properties = item.GetProperty("properties");
        var times = properties.GetProperty("datetime").ValueKind == JsonValueKind.Null ? new[] { "start_datetime", "end_datetime" } : ["datetime"];
        foreach (var name in times)
            Rfc3339().IsMatch(properties.GetProperty(name).GetString()!).Should().BeTrue(name);
        if (times.Length == 2)
            string.CompareOrdinal(properties.GetProperty(times[0]).GetString(), properties.GetProperty(times[1]).GetString()).Should().BeNegative();
        properties.GetProperty("proj:epsg").ValueKind.Should().BeOneOf(JsonValueKind.Number, JsonValueKind.Null);
        properties.GetProperty("proj:shape").GetArrayLength().Should().Be(2);
    }

    [Theory]
    [InlineData("ortho_20210501.tif", "2021-05-01T00:00:00")]
    [InlineData("S2A_20230915T031541_T49QGF.tif", "2023-09-15T03:15:41")]
    [InlineData("DJI_2022-12-31_23-59-59.tif", "2022-12-31T23:59:59")]
    [InlineData("LC08_122044_2020.tif", null)]
    [InlineData("tile_120210501.tif", null)]
    [InlineData("20210231.tif", null)]
    public void A_day_in_a_files_name_is_its_time(string name, string? time) =>
        SceneMetadata.OfName(name).Should().Be(time is null ? null : DateTime.Parse(time, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal));

    [Fact]
    public void A_year_that_is_a_files_whole_name_bounds_its_time() =>
        SceneMetadata.Within("x/1990.tif").Should().Be((new DateTime(1990, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(1990, 12, 31, 23, 59, 59, DateTimeKind.Utc)));

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$")]
    private static partial Regex Rfc3339();
}
