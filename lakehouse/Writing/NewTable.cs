using System.Collections.Immutable;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Writing;

/// <summary>Protocol and metaData of a table that is made here.</summary>
internal static class NewTable
{
    /// <summary>Properties of the protocol that a table may be made with, and the feature that each one needs.</summary>
    private static readonly ImmutableDictionary<string, string?> Known = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["delta.appendOnly"] = Features.AppendOnly,
        ["delta.enableChangeDataFeed"] = "changeDataFeed",
        ["delta.checkpointInterval"] = null,
        ["delta.dataSkippingNumIndexedCols"] = null,
        ["delta.dataSkippingStatsColumns"] = null,
        ["delta.deletedFileRetentionDuration"] = null,
        ["delta.logRetentionDuration"] = null,
        ["delta.setTransactionRetentionDuration"] = null,
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>
    /// inCommitTimestamp on every table, so that a copied table keeps its times; hence writer version 7 with a feature list. Readers need nothing beyond version 1
    /// unless there is a column without time zone.
    /// </summary>
    public static (Protocol Protocol, Metadata Metadata) Of(Commit commit, DateTimeOffset now)
    {
        var configuration = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var features = ImmutableSortedSet.Create<string>(StringComparer.Ordinal, Features.InCommitTimestamp);
        configuration["delta.enableInCommitTimestamps"] = "true";
        if (commit.Schema.Columns.Sum(c => SchemaRules.Leaves(c.Type)) > 32)
            configuration["delta.dataSkippingNumIndexedCols"] = "-1"; // all: the bounding boxes stand at the end
        foreach (var (key, value) in commit.Properties)
        {
            if (key.StartsWith("delta.", StringComparison.Ordinal))
            {
                if (!Known.TryGetValue(key, out var feature))
                    throw new SchemaMismatchException(commit.Table, $"the property {key} is not supported; those that are: {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}.");
                if (feature is not null && value == "true")
                    features = features.Add(feature);
            }
            configuration[key] = value;
        }
        var ntz = commit.Schema.Columns.Any(c => SchemaRules.Uses(c.Type, "timestamp_ntz"));
        var protocol = ntz
            ? new Protocol(3, 7, ImmutableSortedSet.Create<string>(StringComparer.Ordinal, Features.TimestampNtz), features.Add(Features.TimestampNtz))
            : new Protocol(1, 7, null, features);
        return (protocol, new(Guid.NewGuid().ToString("D"), SchemaJson.Write(commit.Schema), commit.Schema.PartitionColumns, configuration.ToImmutable())
        {
            CreatedTime = now.ToUnixTimeMilliseconds(),
        });
    }
}
