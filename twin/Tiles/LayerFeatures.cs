using Plinth.Lakehouse.Engine;
using Plinth.Twin.Query;

namespace Plinth.Twin.Tiles;

/// <summary>Loads a layer's features for its tiles.</summary>
internal static class LayerFeatures
{
    public static TileFeatures Load(SqlConnection connection, Layer layer, TwinTime at)
    {
        var builder = new TileFeaturesBuilder();
        using var rows = connection.Query(LayerSql.Features, [layer.Types, layer.Role, layer.Properties, CardReader.Time(at.ValidAt), CardReader.Time(at.KnownAt)]);
        foreach (var row in rows.Rows())
            builder.Add((string)row[0]!, Wkb.Read((byte[])row[5]!), Properties(row));
        return new(builder);
    }

    private static IEnumerable<(string, object?)> Properties(object?[] row)
    {
        yield return ("entity_id", row[0]);
        yield return ("type", row[1]);
        yield return ("name", row[2]);
        yield return ("valid_from", CardReader.Instant(row[3]));
        yield return ("valid_to", CardReader.Instant(row[4]));
        foreach (var fact in (IReadOnlyList<object?>?)row[6] ?? [])
            if (fact is object?[] f)
                yield return ((string)f[0]!, f[1] ?? (f[2] is double number ? double.IsFinite(number) ? number : null : CardReader.Instant(f[3])));
    }
}
