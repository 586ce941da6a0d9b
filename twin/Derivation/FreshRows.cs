using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Derivation;

/// <summary>
/// A source's unseen rows in the derivation's database: <c>loaded.&lt;schema&gt;_&lt;table&gt;</c> has the source's columns, <c>source_version</c>
/// (the version that brought the row) and <c>recorded_at</c> (that version's time); <c>fresh.&lt;schema&gt;_&lt;table&gt;</c> is the part that a batch is about.
/// </summary>
internal sealed class FreshRows
{
    private readonly IReadOnlyList<SourceVersion> _versions;

    private FreshRows(long newest, IReadOnlyList<SourceVersion> versions) => (Newest, _versions) = (newest, versions);

    /// <summary>The source's newest version.</summary>
    public long Newest { get; }

    /// <summary>Loads all that came after version <paramref name="seen"/>.</summary>
    public static async Task<FreshRows> LoadAsync(CityCatalog catalog, SqlConnection connection, TableName table, long seen, CancellationToken cancellationToken)
    {
        var lake = catalog.Lake;
        var newest = await lake.ReadAsync(table, cancellationToken: cancellationToken);
        var versions = await SourceVersions.AfterAsync(lake, table, seen, newest, cancellationToken);
        connection.Execute(SqlNames.CreateLoaded(table, catalog.Datasets[table].ToSchema()), cancellationToken: cancellationToken);
        foreach (var version in versions)
            if (version.Rows is { } rows)
                connection.Execute(SqlNames.InsertLoaded(table, rows), [version.Version, version.RecordedAt.UtcDateTime], cancellationToken);
        return new(newest.Version, versions);
    }

    /// <summary>The batches in which a step that has seen up to <paramref name="seen"/> takes the rest: a version that was written anew starts one of its own.</summary>
    public IEnumerable<Batch> Batches(long seen)
    {
        Batch? open = null;
        foreach (var version in _versions.Where(v => v.Version > seen))
        {
            if (version.Rewritten && open is not null)
                yield return open;
            open = open is null || version.Rewritten
                ? new(version.Version - 1, version.Version, version.Rewritten ? version : null)
                : open with { UpTo = version.Version };
        }
        if (open is not null)
            yield return open;
    }
}

/// <summary>Versions after <paramref name="After"/> up to <paramref name="UpTo"/> of a source.</summary>
/// <param name="Rewritten">The first of them, where it took rows away.</param>
internal sealed record Batch(long After, long UpTo, SourceVersion? Rewritten);
