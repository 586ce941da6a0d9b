using System.Collections.Immutable;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Writing;

/// <summary>The protocol's table properties that can be set here, and the feature that each one needs.</summary>
internal static class TableProperties
{
    private static readonly ImmutableDictionary<string, string?> Known = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["delta.appendOnly"] = Features.AppendOnly,
        ["delta.enableChangeDataFeed"] = Features.ChangeDataFeed,
        ["delta.enableDeletionVectors"] = Features.DeletionVectors,
        ["delta.checkpointInterval"] = null,
        ["delta.dataSkippingNumIndexedCols"] = null,
        ["delta.dataSkippingStatsColumns"] = null,
        ["delta.deletedFileRetentionDuration"] = null,
        ["delta.logRetentionDuration"] = null,
        ["delta.setTransactionRetentionDuration"] = null,
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The feature that a table needs for this property at this value; null for none.</summary>
    /// <exception cref="SchemaMismatchException">The property is the protocol's and cannot be set here.</exception>
    public static string? Feature(TableName table, string key, string? value)
    {
        if (!key.StartsWith("delta.", StringComparison.Ordinal))
            return null;
        if (!Known.TryGetValue(key, out var feature))
            throw new SchemaMismatchException(table, $"the property {key} is not supported; those that are: {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}.");
        return string.Equals(value, "true", StringComparison.OrdinalIgnoreCase) ? feature : null;
    }
}
