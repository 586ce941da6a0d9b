using System.Text;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Query;

/// <summary>Reads differences and histories.</summary>
internal static class ChangeReader
{
    public static IReadOnlyList<EntityChange> Diff(SqlConnection connection, TwinTime before, TwinTime after, string? type, MapBox? within)
    {
        if (within is { } box)
            box.Check();
        return
        [
            .. connection.Rows(DiffSql.Changes, [CardReader.Time(before.ValidAt), CardReader.Time(after.ValidAt), CardReader.Time(before.KnownAt), CardReader.Time(after.KnownAt), type,
                    within?.West, within?.South, within?.East, within?.North])
                .Select(r => new EntityChange((string)r[0]!, (string)r[1]!, (string?)r[2], (string)r[3]!, (string?)r[4], (string?)r[5], (string?)r[6], (string?)r[7],
                    Json(r[8]), Json(r[9]), (double?)r[10], (string?)r[11], (string?)r[12])),
        ];
    }

    public static IReadOnlyList<HistoryEntry> History(SqlConnection connection, string id) => CardReader.Number(connection, id) is not { } seq ? [] :
    [
        .. connection.Rows(HistorySql.Of(seq), [id]).Select(r => new HistoryEntry((string)r[0]!, (string)r[1]!, (string?)r[2], (string?)r[3], (bool)r[6]!,
            CardReader.Interval(r, 7), CardReader.Interval(r, 9), (string?)r[4], (string?)r[5], r[11] is null ? null : CardReader.Origin(r, 11))),
    ];

    private static string? Json(object? wkb) => wkb is byte[] bytes ? Encoding.UTF8.GetString(GeoJson.Write(Wkb.Read(bytes))) : null;
}
