using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Reading;

/// <summary>Consistent sets of table versions, one file a release: <c>releases/&lt;20 digits&gt;.json</c>, numbered from 1.</summary>
internal sealed class Releases(IObjectStore store, TimeProvider time)
{
    private const string Folder = "releases";

    public async ValueTask<Release> WriteAsync(IReadOnlyDictionary<TableName, long> versions, CancellationToken cancellationToken)
    {
        while (true)
        {
            var newest = await ReadAsync(null, cancellationToken);
            if (newest is not null && newest.Versions.Count == versions.Count && versions.All(v => newest.Versions.TryGetValue(v.Key, out var there) && there == v.Value))
                return newest;
            var release = new Release((newest?.Number ?? 0) + 1, time.GetUtcNow(), versions);
            if (await store.PutIfAbsentAsync(Key(release.Number), Write(release), cancellationToken))
                return release;
        }
    }

    public async ValueTask<Release?> ReadAsync(long? number, CancellationToken cancellationToken)
    {
        if (number is null)
        {
            var files = await store.ListAsync(Folder, "", cancellationToken);
            number = files.Select(file => long.TryParse(Path.GetFileNameWithoutExtension(file.Name), CultureInfo.InvariantCulture, out var n) ? n : 0).DefaultIfEmpty(0).Max();
        }
        return await store.ReadAsync(Key(number.Value), cancellationToken) is { } content ? Read(number.Value, content) : null;
    }

    /// <summary>All releases that are there, by number.</summary>
    public async ValueTask<IReadOnlyList<Release>> AllAsync(CancellationToken cancellationToken)
    {
        var releases = new List<Release>();
        foreach (var file in await store.ListAsync(Folder, "", cancellationToken))
            if (long.TryParse(Path.GetFileNameWithoutExtension(file.Name), CultureInfo.InvariantCulture, out var number) && await ReadAsync(number, cancellationToken) is { } release)
                releases.Add(release);
        return releases;
    }

    private static string Key(long number) => string.Create(CultureInfo.InvariantCulture, $"{Folder}/{number:D20}.json");

    private static byte[] Write(Release release)
    {
        var tables = new JsonObject();
        foreach (var (table, version) in release.Versions.OrderBy(v => v.Key.ToString(), StringComparer.Ordinal))
            tables[table.ToString()] = version;
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["number"] = release.Number, ["at"] = release.At.ToString("O", CultureInfo.InvariantCulture), ["tables"] = tables });
    }

    private static Release Read(long number, byte[] content)
    {
        using var json = JsonDocument.Parse(content);
        return new(number, json.RootElement.GetProperty("at").GetDateTimeOffset(),
            json.RootElement.GetProperty("tables").EnumerateObject().ToDictionary(t => TableName.Parse(t.Name), t => t.Value.GetInt64()));
    }
}
