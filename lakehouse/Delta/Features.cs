using System.Collections.Immutable;

namespace Plinth.Lakehouse.Delta;

/// <summary>Which table features can be read and written here; anything else is refused by name.</summary>
internal static class Features
{
    public const string ColumnMapping = "columnMapping";
    public const string InCommitTimestamp = "inCommitTimestamp";
    public const string TimestampNtz = "timestampNtz";
    public const string AppendOnly = "appendOnly";
    public const string DeletionVectors = "deletionVectors";
    public const string ChangeDataFeed = "changeDataFeed";
    public const string CheckConstraints = "checkConstraints";

    private static readonly ImmutableHashSet<string> Readable =
        [ColumnMapping, TimestampNtz, DeletionVectors, "v2Checkpoint", "vacuumProtocolCheck", "typeWidening", "typeWidening-preview"];

    // Features that matter only when a table makes use of them are checked where they are used (see CheckWrite).
    private static readonly ImmutableHashSet<string> Writable =
    [
        AppendOnly, "invariants", CheckConstraints, ChangeDataFeed, "generatedColumns", "identityColumns", "allowColumnDefaults", ColumnMapping, TimestampNtz,
        InCommitTimestamp, "domainMetadata", "vacuumProtocolCheck", DeletionVectors, "v2Checkpoint", "typeWidening", "typeWidening-preview", "checkpointProtection",
    ];

    /// <exception cref="TableFormatException">The protocol asks more of a reader than there is here.</exception>
    public static void CheckRead(string table, Protocol protocol)
    {
        if (protocol.MinReaderVersion is < 1 or > 3)
            throw new TableFormatException(table, "protocol", $"needs reader version {protocol.MinReaderVersion}; versions 1 to 3 are supported.");
        if (protocol.MinReaderVersion == 3 && protocol.ReaderFeatures is null)
            throw new TableFormatException(table, "protocol", "has reader version 3 but no readerFeatures.");
        Check(table, "reader", protocol.MinReaderVersion == 3 ? protocol.ReaderFeatures : null, Readable);
    }

    /// <exception cref="TableFormatException">The protocol or a column asks more of a writer than there is here.</exception>
    public static void CheckWrite(string table, Protocol protocol, TableSchema schema)
    {
        CheckRead(table, protocol);
        if (protocol.MinWriterVersion is < 1 or > 7)
            throw new TableFormatException(table, "protocol", $"needs writer version {protocol.MinWriterVersion}; versions 1 to 7 are supported.");
        Check(table, "writer", protocol.MinWriterVersion == 7 ? protocol.WriterFeatures : null, Writable);
        CheckRules(table, schema.Columns, "");
    }

    private static void CheckRules(string table, ImmutableArray<Column> columns, string path)
    {
        foreach (var column in columns)
        {
            foreach (var key in column.Metadata?.Keys ?? [])
                if (key is "delta.invariants" or "delta.generationExpression" || key.StartsWith("delta.identity.", StringComparison.Ordinal))
                    throw new TableFormatException(table, $"column {path}{column.Name}", $"has {key}, which cannot be evaluated here; the table can be read but not written.");
            CheckRules(table, Fields(column.Type), $"{path}{column.Name}.");
        }
    }

    private static ImmutableArray<Column> Fields(DataType type) => type switch
    {
        DataType.Struct s => s.Fields,
        DataType.Array a => Fields(a.Element),
        DataType.Map m => [.. Fields(m.Key), .. Fields(m.Value)],
        _ => [],
    };

    /// <summary>Whether readers have to know the feature too.</summary>
    public static bool ConcernsReaders(string feature) => feature is ColumnMapping or DeletionVectors or TimestampNtz;

    public static bool Has(Protocol protocol, string feature) =>
        protocol.WriterFeatures?.Contains(feature) == true || protocol.ReaderFeatures?.Contains(feature) == true;

    public static bool HasTypeWidening(Protocol protocol) => Has(protocol, "typeWidening") || Has(protocol, "typeWidening-preview");

    public static bool HasColumnMapping(Protocol protocol) =>
        protocol.MinReaderVersion == 2 || (protocol.MinReaderVersion == 3 && protocol.ReaderFeatures!.Contains(ColumnMapping));

    private static void Check(string table, string role, ImmutableSortedSet<string>? wanted, ImmutableHashSet<string> known)
    {
        var unknown = wanted?.Where(feature => !known.Contains(feature)).ToList();
        if (unknown is { Count: > 0 })
            throw new TableFormatException(table, "protocol", $"needs the {role} feature {string.Join(", ", unknown)}, which is not supported here.");
    }
}
