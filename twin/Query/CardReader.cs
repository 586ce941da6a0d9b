using System.Text;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Query;

/// <summary>Reads cards and lists from the twin's macros.</summary>
internal static class CardReader
{
    private const double PointMetres = 25;

    public static EntityCard? Entity(SqlConnection connection, string id, TwinTime at)
    {
        if (Number(connection, id) is not { } seq)
            return null;
        object?[] times = [Time(at.ValidAt), Time(at.KnownAt)];
        if (connection.Rows(CardSql.Entity(seq), times) is not [var e])
            return null;
        var relations = connection.Rows(CardSql.Relations(seq), times);
        var others = relations.Count == 0 ? [] : connection.Rows(CardSql.Others(relations.Select(r => (long)r[3]!).Distinct())).ToDictionary(r => (long)r[0]!);
        return new((string)e[0]!, (string)e[1]!, (string?)e[2], (string?)e[3], Interval(e, 4), Interval(e, 6), Origin(e, 8),
            [.. connection.Rows(CardSql.Facts(seq), times).Select(Fact)],
            [.. relations.Select(r => Relation(r, others))],
            [.. relations.Select(r => new RelationCount((string)r[0]!, (bool)r[1]!, (long)r[14]!)).Distinct()],
            [.. connection.Rows(CardSql.Geometry(seq), times).Select(Geometry)]);
    }

    public static IReadOnlyList<EntityClaim> Claims(SqlConnection connection, string id, string? property, TwinTime at) => Number(connection, id) is not { } seq ? [] :
    [
        .. connection.Rows(CardSql.Claims(seq), [Time(at.ValidAt), Time(at.KnownAt), property]).Select(r => new EntityClaim(
            (string)r[0]!, (string)r[1]!, Value(r, 2), (string?)r[5], Instant(r[6]), Interval(r, 7), Interval(r, 9), Origin(r, 11), (string?)r[15], (double?)r[16])),
    ];

    public static IReadOnlyList<EntityFact> Facts(SqlConnection connection, string id, TwinTime at) =>
        Number(connection, id) is { } seq ? [.. connection.Rows(CardSql.Facts(seq), [Time(at.ValidAt), Time(at.KnownAt)]).Select(Fact)] : [];

    public static IReadOnlyList<EntitySummary> At(SqlConnection connection, double longitude, double latitude, TwinTime at)
    {
        var (east, north) = (PointMetres / (111_000 * Math.Cos(latitude * Math.PI / 180)), PointMetres / 110_500);
        var near = connection.Rows(CardSql.Near, [longitude - east, latitude - north, longitude + east, latitude + north]).Select(r => (long)r[0]!).ToList();
        return near.Count == 0 ? [] :
        [
            .. connection.Rows(CardSql.At(near), [Time(at.ValidAt), Time(at.KnownAt), longitude, latitude, PointMetres])
                .Select(r => new EntitySummary((string)r[0]!, (string)r[1]!, (string?)r[2], (double)r[3]!)),
        ];
    }

    public static IReadOnlyList<(string Type, long Count)> Counts(SqlConnection connection, TwinTime at) =>
        [.. connection.Rows(CardSql.Counts, [Time(at.ValidAt), Time(at.KnownAt)]).Select(r => ((string)r[0]!, (long)r[1]!))];

    /// <summary>The number under which an entity's rows stand, or null where nothing was ever said of it.</summary>
    internal static long? Number(SqlConnection connection, string id) => connection.Rows(CardSql.Number, [id]) is [var row] ? (long)row[0]! : null;

    /// <summary>An instant as a parameter.</summary>
    internal static object? Time(DateTimeOffset? instant) => instant?.UtcDateTime;

    internal static DateTimeOffset? Instant(object? value) => value is DateTime time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : null;

    private static EntityFact Fact(object?[] r) => new((string)r[0]!, Value(r, 1), (string?)r[4], (string)r[5]!, (string)r[6]!, (long)r[7]!, (bool)r[8]!,
        Interval(r, 9), Interval(r, 11), Origin(r, 13), (string?)r[17], (double?)r[18]);

    private static EntityRelation Relation(object?[] r, Dictionary<long, object?[]> others)
    {
        var other = others.GetValueOrDefault((long)r[3]!);
        return new((string)r[0]!, (bool)r[1]!, (string)r[2]!, (string?)other?[1], (string?)other?[2], (string?)r[4], Interval(r, 5), Interval(r, 7), Origin(r, 9), (double?)r[13]);
    }

    private static EntityGeometry Geometry(object?[] r) => new((string)r[0]!, (string?)r[1], Encoding.UTF8.GetString(GeoJson.Write(Wkb.Read((byte[])r[2]!))), (string?)r[3], (double?)r[4],
        Interval(r, 5), Interval(r, 7), Origin(r, 9));

    /// <summary>Text, number, time: the one that is set.</summary>
    private static object? Value(object?[] r, int first) => r[first] ?? r[first + 1] ?? Instant(r[first + 2]);

    internal static Interval Interval(object?[] r, int first) => new(Instant(r[first]), Instant(r[first + 1]));

    internal static RowOrigin Origin(object?[] r, int first) => new((string)r[first]!, (string?)r[first + 1], (long?)r[first + 2], (string?)r[first + 3]);
}
