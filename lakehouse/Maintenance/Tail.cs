using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>What a consumer has not seen of a table yet: the changes of versions <paramref name="From"/> to <paramref name="To"/>.</summary>
/// <param name="From">First version; 0 for a consumer that has seen nothing, which is given the rows of version <paramref name="To"/> as inserts.</param>
/// <param name="Sql">A SELECT with the schema's columns, then <c>_change_type</c>, <c>_commit_version</c>, <c>_commit_timestamp</c>.</param>
/// <param name="Transaction">Put it into the commit of the table that is derived from this: the rows and the place in the stream are then kept by one commit, or neither is.</param>
public sealed record TableTail(string Consumer, TableName Table, long From, long To, TableSchema Schema, string Sql, AppTransaction Transaction);

/// <summary>How far consumers have read tables.</summary>
internal sealed partial class Tail(Lake lake, IObjectStore store)
{
    public async ValueTask<TableTail?> NextAsync(string consumer, TableName table, TableName? into, CancellationToken cancellationToken)
    {
        if (!ConsumerPattern().IsMatch(consumer))
            throw new ArgumentException($"'{consumer}' is not a consumer's name; write lower-case letters, digits, '-' and '_'.");
        var application = $"tail:{consumer}:{table}";
        var seen = into is { } target ? await SeenAsync(target, application, cancellationToken) : await SeenAsync(Key(consumer, table), cancellationToken);
        var newest = await lake.ReadAsync(table, default, cancellationToken);
        if (seen == newest.Version)
            return null;
        if (seen > newest.Version)
            throw new TableFormatException(newest.Table, LogNames.Folder, $"consumer {consumer} has seen version {seen}, and the newest is {newest.Version}: the table was replaced by another.");
        var transaction = new AppTransaction(application, newest.Version);
        if (seen < 0)
            return new(consumer, table, 0, newest.Version, newest.Schema, AsInserts(newest), transaction);
        var changes = await lake.ChangesAsync(table, seen + 1, newest.Version, cancellationToken);
        return new(consumer, table, seen + 1, newest.Version, changes.Schema, changes.Sql, transaction);
    }

    /// <summary>Never backwards.</summary>
    public async ValueTask ConfirmAsync(TableTail tail, CancellationToken cancellationToken)
    {
        var key = Key(tail.Consumer, tail.Table);
        if (await SeenAsync(key, cancellationToken) < tail.To)
            await store.PutAsync(key, JsonSerializer.SerializeToUtf8Bytes(new { version = tail.To }), cancellationToken);
    }

    private async ValueTask<long> SeenAsync(TableName target, string application, CancellationToken cancellationToken) =>
        lake.Exists(target) && (await lake.ReadAsync(target, default, cancellationToken)).Transactions.TryGetValue(application, out var version) ? version : -1;

    private async ValueTask<long> SeenAsync(string key, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(key, cancellationToken) is not { } content)
            return -1;
        using var json = JsonDocument.Parse(content);
        return json.RootElement.GetProperty("version").GetInt64();
    }

    private static string AsInserts(Snapshot snapshot) => string.Create(CultureInfo.InvariantCulture,
        $"SELECT *, 'insert' AS _change_type, CAST({snapshot.Version} AS BIGINT) AS _commit_version, CAST('{snapshot.Timestamp.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffff}Z' AS TIMESTAMP WITH TIME ZONE) AS _commit_timestamp FROM ({snapshot.ToSql()})");

    private static string Key(string consumer, TableName table) => $"control/tails/{consumer}/{table}.json";

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex ConsumerPattern();
}
