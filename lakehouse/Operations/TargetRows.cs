using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Operations;

/// <summary>A table's rows together with where each one lies.</summary>
internal sealed class TargetRows
{
    /// <summary>The data file's path on this machine.</summary>
    public const string File = "__plinth_file";

    /// <summary>The row's position in it, from 0.</summary>
    public const string Row = "__plinth_row";

    private static readonly (string, string)[] Where = [(File, "VARCHAR"), (Row, "BIGINT")];

    private readonly TableState _state;
    private readonly Scan _scan;
    private readonly IObjectStore _store;

    /// <exception cref="WriteRefusedException">A column has a name that is needed to tell rows apart.</exception>
    public TargetRows(TableState state, Scan scan, IObjectStore store)
    {
        (_state, _scan, _store) = (state, scan, store);
        foreach (var column in state.Schema.Columns)
            if (Projection.PhysicalName(column, state.Mapping) is "filename" or "file_row_number" || column.Name is "filename" or "file_row_number" or File or Row)
                throw new WriteRefusedException(state.Table, $"it has a column named {column.Name}, which hides where its rows lie; rewrite the table under another name for it.");
    }

    /// <summary>A SELECT of all columns, then <see cref="File"/> and <see cref="Row"/>.</summary>
    public string Sql(IReadOnlyList<AddFile> files) => _scan.ToSql(_state, [.. files.Select(file => new ScanFile(file, null, ["filename", "file_row_number"]))], Where);

    public Dictionary<string, AddFile> ByPath(IEnumerable<AddFile> files) =>
        files.ToDictionary(file => DataPaths.Resolve(_state.Table, _store, file.DecodedPath), StringComparer.Ordinal);

    /// <summary>The table's columns, in order, each behind <paramref name="alias"/>.</summary>
    public string Columns(string alias) => string.Join(", ", _state.Schema.Columns.Select(column => $"{alias}.{SqlText.Name(column.Name)}"));
}
