using Plinth.Lakehouse.Operations;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse;

/// <summary>What a write carries beside its rows.</summary>
public sealed record WriteOptions
{
    /// <summary>Makes the write happen at most once: skipped when the table already has this or a later version of the application's transaction.</summary>
    public AppTransaction? Transaction { get; init; }

    /// <summary>Where the change came from; kept in the commit for ever.</summary>
    public Lineage? Lineage { get; init; }
}

/// <summary>Changes one table; <see cref="Lake.CommitAsync"/> is for new rows.</summary>
/// <remarks>
/// Each method makes one version, or none. When another writer was faster in a way that matters, it is worked out again from the newer version, up to 30 times; then
/// the outcome is <see cref="CommitOutcome.Conflict"/>. A change that has nothing to do gives <see cref="CommitOutcome.AlreadyApplied"/> and no version.
/// <see cref="CommitOutcome.Committed"/> counts rows deleted, updated and inserted. Predicates and values are DuckDB's SQL over the table's columns; a predicate that is
/// null for a row leaves the row alone. Rows go by deletion vectors where the table has <c>delta.enableDeletionVectors=true</c>, else their files are written anew;
/// with <c>delta.enableChangeDataFeed=true</c> the changes are written beside them.
/// All throw <see cref="TableNotFoundException"/> where there is no such table, <see cref="TableFormatException"/> where it cannot be written here, and
/// <see cref="WriteRefusedException"/> where its rules forbid the change.
/// </remarks>
public sealed class TableWriter
{
    private readonly OpenTable _open;
    private readonly SqlPool _sql;
    private readonly TimeProvider _time;

    internal TableWriter(TableName table, OpenTable open, SqlPool sql, TimeProvider time) => (Table, _open, _sql, _time) = (table, open, sql, time);

    /// <summary>The table.</summary>
    public TableName Table { get; }

    /// <summary>Takes out the rows for which <paramref name="predicate"/> is true.</summary>
    public ValueTask<CommitOutcome> DeleteAsync(string predicate, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new Delete(predicate), options, cancellationToken);

    /// <summary>Sets columns to expressions in the rows for which <paramref name="predicate"/> is true; in all rows where it is null. Expressions see the row as it was.</summary>
    public ValueTask<CommitOutcome> UpdateAsync(IReadOnlyDictionary<string, string> set, string? predicate = null, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new Update(set, predicate), options, cancellationToken);

    /// <summary>Updates, deletes and inserts rows according to rows from outside.</summary>
    public ValueTask<CommitOutcome> MergeAsync(MergeSpec merge, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new Merge(merge), options, cancellationToken);

    /// <summary>Puts <paramref name="rows"/>, in the table's columns, in the place of those for which <paramref name="predicate"/> is true. It must be true of each of them too.</summary>
    public ValueTask<CommitOutcome> ReplaceWhereAsync(string predicate, RowSource rows, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new ReplaceWhere(predicate, rows), options, cancellationToken);

    /// <summary>Adds nullable columns at the end.</summary>
    /// <exception cref="SchemaMismatchException">The table has such a column, or one of them is required.</exception>
    public ValueTask<CommitOutcome> AddColumnsAsync(IReadOnlyList<Column> columns, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new AddColumns(Table, columns), options, cancellationToken);

    /// <summary>Renames a column, or a struct's field by its path (<c>box.xmin</c>). The table gets column mapping by name, so readers must know that feature from then on.</summary>
    public ValueTask<CommitOutcome> RenameColumnAsync(string path, string name, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new RenameColumn(Table, path, name), options, cancellationToken);

    /// <summary>Drops a column, or a struct's field by its path. Older versions keep it, and so do data files until they are rewritten. Column mapping as with a rename.</summary>
    public ValueTask<CommitOutcome> DropColumnAsync(string path, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new DropColumn(Table, path), options, cancellationToken);

    /// <summary>Sets table properties, and removes those whose value is null.</summary>
    /// <exception cref="SchemaMismatchException">A property of the protocol that cannot be set here.</exception>
    public ValueTask<CommitOutcome> SetPropertiesAsync(IReadOnlyDictionary<string, string?> properties, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new SetProperties(Table, properties), options, cancellationToken);

    /// <summary>Adds a condition that every row must keep; null counts as broken. Rows that are there are looked at first, and one that breaks it is named.</summary>
    /// <param name="name">Unique in the table without regard to case.</param>
    /// <param name="expression">Spark SQL as far as it means the same here: comparisons, AND, OR, NOT, IS NULL, IN, BETWEEN, LIKE, + - *, length, abs, upper, lower, coalesce.</param>
    public ValueTask<CommitOutcome> AddConstraintAsync(string name, string expression, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new AddConstraint(name, expression), options, cancellationToken);

    /// <summary>Gives up a constraint; nothing happens where there is none of that name.</summary>
    public ValueTask<CommitOutcome> DropConstraintAsync(string name, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new DropConstraint(name), options, cancellationToken);

    /// <summary>Makes a column, or a struct's field by its path, NOT NULL or nullable again. Rows that are there are looked at first.</summary>
    public ValueTask<CommitOutcome> SetRequiredAsync(string path, bool required = true, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new SetRequired(path, required), options, cancellationToken);

    /// <summary>Makes rows, columns and properties of an earlier version the newest ones, as a new version. Transactions are kept.</summary>
    /// <exception cref="TableFormatException">A file of that version was vacuumed.</exception>
    public ValueTask<CommitOutcome> RestoreAsync(long version, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new Restore(version), options, cancellationToken);

    private ValueTask<CommitOutcome> RunAsync(Operation operation, WriteOptions? options, CancellationToken cancellationToken) =>
        new OperationRun(operation, options ?? new(), Table, _open, _sql, _time).RunAsync(cancellationToken);
}
