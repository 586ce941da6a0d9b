using System.Globalization;
using System.Text.Json;
using Plinth.Lakehouse.Engine;
using Plinth.Twin;

namespace Plinth.Tests.Twin.Query;

/// <summary>Every path that answers "valid at t, known at k" against a replay of the commits.</summary>
public sealed class AsOfReferenceTests
{
    private const int Commits = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_path_answers_as_a_replay_of_the_commits_does(int seed)
    {
        using var city = new City();
        var history = new RandomHistory(seed);
        var random = new Random(seed);
        for (var i = 0; i < Commits; i++)
        {
            await history.CommitAsync(city);
            if (random.Next(3) == 0)
                await city.DeriveAsync();
            // Large twins are kept in a file; this leaves files of several states, the later rows of which lie beside them.
            if (i % 4 == 0)
                using (var passing = CityTwin.Open(city.Catalog, mostRowsInMemory: 0))
                    _ = passing.Counts();
        }
        await city.DeriveAsync();
        using var filed = CityTwin.Open(city.Catalog, mostRowsInMemory: 0);

        using var database = city.Lake.OpenSql();
        using var connection = database.Connect();
        await city.Lake.CreateViewsAsync(connection);
        city.Twin.RegisterViews(connection);
        var (valid, known) = (history.Instants(known: false), history.Instants(known: true));
        foreach (var (t, k) in Enumerable.Range(0, 60).Select(_ => (valid[random.Next(valid.Count)], known[random.Next(known.Count)])))
            CompareSql(connection, history.At(t, k), t, k);
        foreach (var (t, k) in Enumerable.Range(0, 6).Select(_ => (valid[random.Next(valid.Count)], known[random.Next(known.Count)])))
        {
            CompareFace(city.Twin, history.At(t, k), new(t, k));
            CompareFace(filed, history.At(t, k), new(t, k));
        }
        for (var i = 0; i < 8; i++)
        {
            var (a, b) = (new TwinTime(valid[random.Next(3, valid.Count)], known[random.Next(known.Count)]), new TwinTime(valid[random.Next(3, valid.Count)], known[random.Next(known.Count)]));
            CompareDiff(city.Twin.Diff(a, b), history.At(a.ValidAt, a.KnownAt), history.At(b.ValidAt, b.KnownAt), $"{a} to {b}");
            CompareDiff(filed.Diff(a, b), history.At(a.ValidAt, a.KnownAt), history.At(b.ValidAt, b.KnownAt), $"{a} to {b}, filed");
        }
    }

    private static void CompareSql(SqlConnection connection, Dictionary<string, Said> expected, DateTimeOffset? t, DateTimeOffset? k)
    {
        var why = $"valid {t:O}, known {k:O}";
        object?[] at = [t?.UtcDateTime, k?.UtcDateTime];
        connection.Rows("SELECT entity_id FROM twin.entity_at($1::TIMESTAMPTZ, $2::TIMESTAMPTZ)", at).Select(r => (string)r[0]!).Should().BeEquivalentTo(expected.Keys, why);
        connection.Rows("SELECT entity_id, ST_X(ST_Centroid(geom)) FROM twin.geometry_at($1::TIMESTAMPTZ, $2::TIMESTAMPTZ)", at)
            .Select(r => ((string)r[0]!, Math.Round((double)r[1]!, 6))).Should().BeEquivalentTo(expected.Where(e => e.Value.X is not null).Select(e => (e.Key, Math.Round(e.Value.X!.Value, 6))), why);
        Facts("status", "value_text").Should().BeEquivalentTo(expected.Where(e => e.Value.Status is not null).Select(e => (e.Key, (object?)e.Value.Status)), why);
        Facts("height", "value_num").Should().BeEquivalentTo(Heights(expected), why);

        IEnumerable<(string, object?)> Facts(string property, string column) =>
            connection.Rows($"SELECT entity_id, {column} FROM twin.fact_at($1::TIMESTAMPTZ, $2::TIMESTAMPTZ) WHERE property = '{property}'", at).Select(r => ((string)r[0]!, r[1]));
    }

    private static void CompareFace(CityTwin twin, Dictionary<string, Said> expected, TwinTime at)
    {
        twin.Counts(at).ToDictionary(c => c.Type, c => (int)c.Count).Should().BeEquivalentTo(expected.GroupBy(e => e.Key.Contains(":building:", StringComparison.Ordinal) ? "Building" : "ServiceRequest").ToDictionary(g => g.Key, g => g.Count()));
        foreach (var layer in new[] { "buildings", "orders" })
            Features(twin, layer, at).Should().BeEquivalentTo(expected.Where(e => e.Value.X is not null && e.Key.Contains(layer == "orders" ? "request" : "building", StringComparison.Ordinal)).Select(e => e.Key), at.ToString());
        foreach (var id in Enumerable.Range(0, 8).SelectMany(i => new[] { RandomHistory.EntityId($"o{i}"), RandomHistory.EntityId($"b{i}") }))
        {
            var card = twin.Entity(id, at);
            (card is not null).Should().Be(expected.ContainsKey(id), $"{id} {at}");
            if (card is null)
                continue;
            card.Geometry.Count.Should().Be(expected[id].X is null ? 0 : 1);
            card.Facts.Where(f => f.Property == "height").Select(f => (id, f.Value)).Should().BeEquivalentTo(Heights(expected).Where(h => h.Id == id));
            twin.Claims(id, "height", at).Select(c => c.Value).Should().BeEquivalentTo(new object?[] { expected[id].Height, expected[id].SurveyedHeight }.Where(v => v is not null));
        }
        var place = 113.2;
        twin.At(place, 23.4, at).Where(e => e.DistanceM < 5).Select(e => e.Id).Should().BeEquivalentTo(expected.Where(e => e.Value.X is { } x && Math.Abs(x - place) < 1e-6).Select(e => e.Key), at.ToString());
    }

    private static void CompareDiff(IReadOnlyList<EntityChange> changes, Dictionary<string, Said> before, Dictionary<string, Said> after, string why)
    {
        Of("appeared").Should().BeEquivalentTo(after.Keys.Except(before.Keys), why);
        Of("vanished").Should().BeEquivalentTo(before.Keys.Except(after.Keys), why);
        var both = before.Keys.Intersect(after.Keys).ToList();
        Of("moved").Should().BeEquivalentTo(both.Where(id => before[id].X is { } a && after[id].X is { } b && Math.Abs(a - b) > 1e-6), why);
        changes.Where(c => c.Property == "status").Select(c => (c.EntityId, c.OldValue, c.NewValue)).Should()
            .BeEquivalentTo(both.Where(id => before[id].Status != after[id].Status).Select(id => (id, before[id].Status, after[id].Status)), why);
        changes.Where(c => c.Property == "height").Select(c => (c.EntityId, Number(c.OldValue), Number(c.NewValue))).Should()
            .BeEquivalentTo(both.Where(id => Height(before[id]) != Height(after[id])).Select(id => (id, Height(before[id]), Height(after[id]))), why);

        IEnumerable<string> Of(string change) => changes.Where(c => c.Change == change).Select(c => c.EntityId);
        static double? Number(string? text) => text is null ? null : double.Parse(text, CultureInfo.InvariantCulture);
    }

    private static double? Height(Said said) => said.SurveyedHeight ?? said.Height;

    private static IEnumerable<(string Id, object? Value)> Heights(Dictionary<string, Said> expected) => expected.Where(e => Height(e.Value) is not null).Select(e => (e.Key, (object?)Height(e.Value)));

    private static List<string> Features(CityTwin twin, string layer, TwinTime at)
    {
        using var stream = new MemoryStream();
        twin.WriteLayer(layer, at, stream);
        using var json = JsonDocument.Parse(stream.ToArray());
        return [.. json.RootElement.GetProperty("features").EnumerateArray().Select(f => f.GetProperty("id").GetString()!)];
    }
}
