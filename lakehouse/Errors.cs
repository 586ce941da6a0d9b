namespace Plinth.Lakehouse;

/// <summary>Something a user can mend: the message says what, where and what to do.</summary>
public abstract class LakeException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>No such table, or no such version of it.</summary>
public sealed class TableNotFoundException(string table, string? asked = null, long? newest = null)
    : LakeException(asked is null
        ? $"There is no table '{table}'; 'plinth lake tables' lists those that are there."
        : $"Table '{table}' has no {asked}; its newest version is {newest}.")
{
    /// <summary>The table asked for.</summary>
    public string Table { get; } = table;

    /// <summary>Its newest version, where the table exists.</summary>
    public long? Newest { get; } = newest;
}

/// <summary>A table's log or files break the protocol or use what is not supported here.</summary>
public sealed class TableFormatException(string table, string file, string reason, long? version = null)
    : LakeException($"Table '{table}'{(version is null ? "" : $" at version {version}")}: {file}: {reason}")
{
    /// <summary>The table's name or folder.</summary>
    public string Table { get; } = table;

    /// <summary>The file at fault, relative to the table, or the feature's name.</summary>
    public string File { get; } = file;

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; } = reason;

    /// <summary>The table's version that was read; null where the file's name says it, or none was.</summary>
    public long? Version { get; } = version;

    internal TableFormatException At(long asked) => Version is null ? new(Table, File, Reason, asked) : this;
}

/// <summary>Rows were handed in that the table's schema does not allow.</summary>
public sealed class SchemaMismatchException(TableName table, string reason) : LakeException($"Table '{table}': {reason}");

/// <summary>A change that the table's own rules forbid, or that cannot be made as it was asked: append-only, a constraint, an expression, several source rows for one row.</summary>
public sealed class WriteRefusedException(string table, string reason) : LakeException($"Table '{table}': {reason}")
{
    /// <summary>The table's name or folder.</summary>
    public string Table { get; } = table;

    /// <summary>What is against it, and what to do.</summary>
    public string Reason { get; } = reason;
}

/// <summary>A commit ended otherwise than in a version.</summary>
public sealed class CommitFailedException(TableName table, CommitOutcome outcome) : LakeException($"Nothing is known to be committed to '{table}': {outcome}")
{
    /// <summary>What became of it.</summary>
    public CommitOutcome Outcome { get; } = outcome;
}

/// <summary>DuckDB refused a statement; the message is DuckDB's.</summary>
public sealed class SqlException(string message) : LakeException(message);

/// <summary>A lake's location cannot be used; the message never repeats a secret.</summary>
public sealed class LakeLocationException(string message) : LakeException(message);
