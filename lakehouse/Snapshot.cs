using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Pruning;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse;

/// <summary>A table as it was at one version. Immutable.</summary>
public sealed class Snapshot
{
    private readonly Lazy<IReadOnlyList<DataFile>> _files;
    private readonly Lazy<IReadOnlyDictionary<string, long>> _transactions;
    private readonly Lazy<string> _sql;
    private readonly Lazy<FileIndex> _index;

    internal Snapshot(TableState state, Scan scan)
    {
        State = state;
        Scan = scan;
        _files = new(() => scan.Files(state));
        _transactions = new(() => state.Transactions.ToDictionary(t => t.Key, t => t.Value.Version, StringComparer.Ordinal));
        _sql = new(() => scan.ToSql(state));
        _index = new(() => new(state));
    }

    internal TableState State { get; }

    internal Scan Scan { get; }

    /// <summary>The table's name, or its folder where it lies outside a lake.</summary>
    public string Table => State.Table;

    /// <summary>The version.</summary>
    public long Version => State.Version;

    /// <summary>When the version was committed.</summary>
    public DateTimeOffset Timestamp => State.Timestamp;

    /// <summary>The columns at that version.</summary>
    public TableSchema Schema => State.Schema;

    /// <summary>The table's configuration.</summary>
    public IReadOnlyDictionary<string, string> Properties => State.Metadata!.Configuration;

    /// <summary>How many live data files there are; known without a look at them.</summary>
    public int FileCount => State.Files.Count;

    /// <summary>The live data files.</summary>
    public IReadOnlyList<DataFile> Files => _files.Value;

    /// <summary>The newest transaction per application.</summary>
    public IReadOnlyDictionary<string, long> Transactions => _transactions.Value;

    /// <summary>A SELECT over exactly this version's rows with the schema's column names and order; put it in parentheses to use it as a table.</summary>
    /// <exception cref="TableFormatException">A data file or deletion vector is missing or cannot be read.</exception>
    /// <exception cref="IOException">The store did not answer.</exception>
    public string ToSql()
    {
        try
        {
            Scan.Fetch(State); // each time: copies of long ago may be gone
            return _sql.Value;
        }
        catch (TableFormatException e) when (e.Version is null)
        {
            throw e.At(Version);
        }
    }

    /// <summary>The files that can hold rows for which <paramref name="filter"/> is true.</summary>
    internal IReadOnlyList<AddFile> Matching(FileFilter filter) => _index.Value.Matching(filter);

    /// <summary>The SELECT over some of the version's files.</summary>
    internal string ToSql(IReadOnlyList<AddFile> files) => files.Count == State.Files.Count ? ToSql() : Scan.ToSql(State, files);

    /// <summary>The same version with some of its files only, e.g. those that an earlier version had not.</summary>
    public Snapshot Only(Func<DataFile, bool> keep) => new(State with { Files = Scan.Keep(State, keep) }, Scan);
}

/// <summary>One live Parquet file.</summary>
/// <param name="Path">Absolute path on this machine.</param>
/// <param name="Rows">Rows in it, where the log says so; rows that a deletion vector hides are not counted.</param>
public sealed record DataFile(string Path, long Size, long? Rows, IReadOnlyDictionary<string, string?> PartitionValues);
