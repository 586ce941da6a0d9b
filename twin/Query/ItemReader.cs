using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Query;

/// <summary>Pages of a layer's features. A page begins after the last id of the one before, so a page costs the same however far on it is.</summary>
internal static class ItemReader
{
    private const int MostItems = 10_000;

    public static ItemPage Page(SqlConnection connection, Layer layer, ItemQuery query, long release)
    {
        if (query.Limit < 1)
            throw new ArgumentException($"A page of {query.Limit} features: ask for 1 to {MostItems}.", nameof(query));
        query.Within?.Check();
        var limit = Math.Min(query.Limit, MostItems);
        var conditions = query.Where.Select(ItemCondition.Parse).ToList();
        var rows = Rows(connection, layer, query, conditions, limit + 1, query.After is { } token ? Position(token, release) : "");
        var count = Math.Min(rows.Count, limit);
        var next = rows.Count > limit ? Token((string)rows[count - 1][0]!, release) : null;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "FeatureCollection");
            json.WriteStartArray("features");
            foreach (var row in rows.Take(count))
                LayerWriter.WriteFeature(json, row);
            json.WriteEndArray();
            json.WriteNumber("numberReturned", count);
            json.WriteNumber("snapshot", release);
            if (next is not null)
                json.WriteString("next", next);
            json.WriteEndObject();
        }
        return new(buffer.WrittenSpan.ToArray(), count, next);
    }

    /// <summary>Candidates come in the order of their identifiers, some more than are asked for; what is not there at the time, or fails a condition, is left out, until there are enough.</summary>
    private static List<object?[]> Rows(SqlConnection connection, Layer layer, ItemQuery query, List<ItemCondition> conditions, int wanted, string after)
    {
        object?[] box = [query.Within?.West, query.Within?.South, query.Within?.East, query.Within?.North];
        object?[] times = [CardReader.Time(query.At.ValidAt), CardReader.Time(query.At.KnownAt)];
        var found = new List<object?[]>();
        for (var most = (long)wanted + 50; ; most = Math.Min(most * 4, 4 * MostItems))
        {
            var candidates = connection.Rows(ItemSql.Candidates, [layer.Types, layer.Role, after, .. box, most]);
            if (candidates.Count > 0)
                found.AddRange(Members(connection, layer, times, box, conditions, [.. candidates.Select(c => (long)c[1]!)], wanted - found.Count));
            if (found.Count >= wanted || candidates.Count < most)
                break;
            after = (string)candidates[^1][0]!;
        }
        if (found.Count == 0)
            return found;
        var facts = connection.Rows(ItemSql.Facts(found.Select(f => (long)f[0]!)), [layer.Properties, .. times]).ToDictionary(r => (long)r[0]!, r => r[1]);
        return [.. found.Select(f => f[1..].Append(facts.GetValueOrDefault((long)f[0]!)).ToArray())];
    }

    private static IReadOnlyList<object?[]> Members(SqlConnection connection, Layer layer, object?[] times, object?[] box, List<ItemCondition> conditions, List<long> candidates, int most)
    {
        List<object?> parameters = [layer.Types, layer.Role, .. times, .. box, (long)most];
        var facts = HeldSql.AsOf("fact", HeldSql.In(candidates), "$3", "$4");
        var clauses = new StringBuilder();
        foreach (var condition in conditions)
            clauses.Append("\n  AND ").Append(condition.Sql(parameters, facts));
        return connection.Rows(ItemSql.Members(candidates, clauses.ToString()), [.. parameters]);
    }

    private static string Token(string last, long release) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{release}\n{last}")));

    private static string Position(string token, long release)
    {
        var parts = Base64Url.IsValid(token) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('\n') : [];
        return parts is [var number, { Length: > 0 } last] && number == release.ToString(CultureInfo.InvariantCulture)
            ? last
            : throw new ArgumentException($"'{token}' continues no page of snapshot {release}: begin with the first page, without it.");
    }
}
