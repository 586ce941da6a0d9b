using Plinth.Ingestion;
using Plinth.Twin;

namespace Plinth.Tests.Twin.Derivation;

/// <summary>A city filled with the real files of <c>samples/</c>, taken in and derived once for all tests that only read it.</summary>
public sealed class Samples : IAsyncLifetime
{
    internal City City { get; } = new();

    internal DeriveReport Report { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var family in new[] { "models", "photos", "imagery", "hotline", "sensors" })
            await IngestAsync(City, family, Repository.Sample(family));
        foreach (var file in new[] { "花都区.geojson", "provinces.csv", "cities.csv", "areas.csv", "villages-440114.csv" })
            await IngestAsync(City, "base", Repository.Sample("base", file));
        Report = await City.DeriveAsync();
    }

    public ValueTask DisposeAsync()
    {
        City.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static async Task IngestAsync(City city, string family, string path)
    {
        var report = await new Ingestor(city.Catalog, new() { RunId = "samples", CodeVersion = "test", Coordinates = new AllSystems() }).IngestAsync(family, [path]);
        report.Files.Should().NotBeEmpty();
    }

    private sealed class AllSystems : ICoordinates
    {
        public bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude) => Coordinates.TryToCrs84(crs, x, y, out longitude, out latitude);
    }
}
