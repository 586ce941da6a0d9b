using System.Collections.Immutable;

namespace Plinth.Lakehouse.Delta;

/// <summary>What a log says of a table at one version. Immutable; the next version's state shares what did not change.</summary>
internal sealed record TableState
{
    /// <summary>The table's name or folder, for messages.</summary>
    public required string Table { get; init; }
    public long Version { get; init; } = -1;
    public DateTimeOffset Timestamp { get; init; }
    public Protocol? Protocol { get; init; }
    public Metadata? Metadata { get; init; }
    public TableSchema Schema { get; init; } = new();
    public FileSet Files { get; init; } = FileSet.Empty;
    public ImmutableDictionary<FileKey, RemoveFile> Tombstones { get; init; } = ImmutableDictionary<FileKey, RemoveFile>.Empty;
    public ImmutableDictionary<string, Transaction> Transactions { get; init; } = ImmutableDictionary<string, Transaction>.Empty;
    public ImmutableDictionary<string, DomainMetadata> Domains { get; init; } = ImmutableDictionary<string, DomainMetadata>.Empty;

    /// <summary>What <see cref="Checked"/> has found good, and made <see cref="Schema"/> of.</summary>
    private (Protocol Protocol, Metadata Metadata)? _checked;

    public string? Setting(string key) => Metadata?.Configuration.GetValueOrDefault(key);

    public bool Is(string key) => string.Equals(Setting(key), "true", StringComparison.OrdinalIgnoreCase);

    public ColumnMapping Mapping => Protocol is not null && Features.HasColumnMapping(Protocol) ? Setting("delta.columnMapping.mode") switch
    {
        "name" => ColumnMapping.Name,
        "id" => ColumnMapping.Id,
        _ => ColumnMapping.None,
    } : ColumnMapping.None;

    /// <summary>Whether this version's time is the one in its commit.</summary>
    public bool HasInCommitTimestamps => Protocol is not null && Features.Has(Protocol, Features.InCommitTimestamp) && Is("delta.enableInCommitTimestamps");

    /// <summary>The state after more actions.</summary>
    /// <param name="fileTime">The version's time where its commit does not carry one.</param>
    public TableState Apply(long version, DateTimeOffset fileTime, IEnumerable<LogAction> actions)
    {
        var tombstones = Tombstones.ToBuilder();
        var transactions = Transactions.ToBuilder();
        var domains = Domains.ToBuilder();
        var (protocol, metadata) = (Protocol, Metadata);
        var (adds, removed) = (new List<AddFile>(), new List<FileKey>());
        long? inCommit = null;
        foreach (var action in actions)
        {
            switch (action)
            {
                case AddFile add:
                    adds.Add(add); // A commit's actions have no order among themselves: removes first, then adds.
                    break;
                case RemoveFile remove:
                    removed.Add(remove.Key);
                    tombstones[remove.Key] = remove;
                    break;
                case Protocol p: protocol = p; break;
                case Metadata m: metadata = m; break;
                case Transaction t: transactions[t.AppId] = t; break;
                case DomainMetadata { Removed: true } d: domains.Remove(d.Domain); break;
                case DomainMetadata d: domains[d.Domain] = d; break;
                case CommitInfo info: inCommit = info.InCommitTimestamp ?? inCommit; break;
            }
        }
        if (tombstones.Count > 0)
            tombstones.RemoveRange(adds.Select(add => add.Key));
        var next = this with
        {
            Version = version,
            Protocol = protocol,
            Metadata = metadata,
            Files = Files.With(removed, adds),
            Tombstones = tombstones.ToImmutable(),
            Transactions = transactions.ToImmutable(),
            Domains = domains.ToImmutable(),
        };
        return next with { Timestamp = inCommit is { } milliseconds && next.HasInCommitTimestamps ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : fileTime };
    }

    /// <summary>This state as one to be read. What counts is the version asked for: a feature or a type that an older one had may be gone again.</summary>
    /// <exception cref="TableFormatException">Protocol or metaData are missing or ask for more than is supported here.</exception>
    public TableState Checked()
    {
        if (_checked is { } known && ReferenceEquals(known.Protocol, Protocol) && ReferenceEquals(known.Metadata, Metadata))
            return this;
        if (Protocol is null || Metadata is null)
            throw new TableFormatException(Table, LogNames.Folder, $"the log has no {(Protocol is null ? "protocol" : "metaData")} action.", Version);
        try
        {
            Features.CheckRead(Table, Protocol);
            if (Metadata.Provider != "parquet")
                throw new TableFormatException(Table, "metaData", $"the format is '{Metadata.Provider}'; only parquet is supported.");
            return this with { Schema = SchemaJson.Read(Table, Metadata), _checked = (Protocol, Metadata) };
        }
        catch (TableFormatException e)
        {
            throw e.At(Version);
        }
    }
}

/// <summary>How a table's columns are found in its files.</summary>
internal enum ColumnMapping
{
    None,
    Name,
    Id,
}
