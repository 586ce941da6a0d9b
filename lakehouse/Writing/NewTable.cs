using System.Collections.Immutable;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Writing;

/// <summary>Protocol and metaData of a table that is made here.</summary>
internal static class NewTable
{
    /// <summary>
    /// inCommitTimestamp on every table, so that a copied table keeps its times; hence writer version 7 with a feature list. Readers need nothing beyond version 1
    /// unless there is a column without time zone, or rows may be deleted by vectors.
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
            if (TableProperties.Feature(commit.Table, key, value) is { } feature)
                features = features.Add(feature);
            configuration[key] = value;
        }
        if (commit.Schema.Columns.Any(c => SchemaRules.Uses(c.Type, "timestamp_ntz")))
            features = features.Add(Features.TimestampNtz);
        var reading = features.Where(Features.ConcernsReaders).ToImmutableSortedSet(StringComparer.Ordinal);
        var protocol = reading.IsEmpty ? new Protocol(1, 7, null, features) : new Protocol(3, 7, reading, features);
        return (protocol, new(Guid.NewGuid().ToString("D"), SchemaJson.Write(commit.Schema), commit.Schema.PartitionColumns, configuration.ToImmutable())
        {
            CreatedTime = now.ToUnixTimeMilliseconds(),
        });
    }
}
