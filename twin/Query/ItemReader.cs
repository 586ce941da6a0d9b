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
        List<object?> parameters =
        [
            layer.Types, layer.Role, layer.Properties, CardReader.Time(query.At.ValidAt), CardReader.Time(query.At.KnownAt),
            query.Within?.West, query.Within?.South, query.Within?.East, query.Within?.North, query.After is { } token ? Position(token, release) : "", (long)limit + 1,
        ];
        var clauses = new StringBuilder();
        foreach (var condition in conditions)
            clauses.Append("\n  AND ").Append(condition.Sql(parameters));
        var rows = connection.Rows(ItemSql.Page(clauses.ToString()), [.. parameters]);
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

    private static string Token(string last, long release) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{release}\n{last}")));

    private static string Position(string token, long release)
    {
        var parts = Base64Url.IsValid(token) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('\n') : [];
        return parts is [var number, { Length: > 0 } last] && number == release.ToString(CultureInfo.InvariantCulture)
            ? last
            : throw new ArgumentException($"'{token}' continues no page of snapshot {release}: begin with the first page, without it.");
    }
}
