using System.Globalization;
using Plinth.Catalog;
using Plinth.Ingestion.Hotline;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion;

/// <summary>Hands rows of a large file to the engine as they are read, one table a part: a hundred thousand rows that wait as objects cost the collector more than their reading.</summary>
/// <remarks>Rows are added on one thread while parts before them are committed and dropped on another.</remarks>
internal sealed class StagedRows : IDisposable
{
    private readonly DatasetContract _dataset;
    private readonly SqlDatabase _database;
    private readonly SqlConnection _adding, _committing;
    private readonly string _columns;
    private Appender? _appender;
    private int _part;

    private StagedRows(DatasetContract dataset, SqlDatabase database)
    {
        (_dataset, _database, _adding, _committing) = (dataset, database, database.Connect(), database.Connect());
        _columns = string.Join(", ", dataset.ToSchema().Columns.Select(c => $"{SqlText.Name(c.Name)} {SqlText.Type(c.Type)}"));
    }

    /// <summary>For a large file of orders; null for others.</summary>
    /// <param name="least">Bytes from which a file is large.</param>
    public static StagedRows? For(FileInput input, IFileReader reader, IReadOnlyDictionary<TableName, DatasetContract> datasets, Func<SqlDatabase> open, long least) =>
        reader is RecordFileReader && input.Contract.Dataset == HotlineRows.Table && new FileInfo(input.Path).Length >= least ? new(datasets[HotlineRows.Table], open()) : null;

    /// <summary>The table that it keeps rows of.</summary>
    public TableName Table => _dataset.Table;

    public void Add(object?[] row)
    {
        if (_appender is null)
        {
            _adding.Execute($"CREATE TABLE {Name(++_part)} ({_columns})");
            _appender = _adding.Append(null, Name(_part));
        }
        _appender.AddRow(row);
    }

    /// <summary>What was added since the last time, as rows to commit; null for none.</summary>
    public RowSource? Take()
    {
        if (_appender is null)
            return null;
        _appender.Dispose();
        _appender = null;
        return new RowSource.Query(_committing, $"SELECT * FROM {Name(_part)}");
    }

    /// <summary>Forgets rows that are committed.</summary>
    public void Drop(RowSource? rows)
    {
        if (rows is RowSource.Query query)
            _committing.Execute($"DROP TABLE {query.Sql[(query.Sql.LastIndexOf(' ') + 1)..]}");
    }

    public void Dispose()
    {
        _appender?.Dispose();
        _committing.Dispose();
        _adding.Dispose();
        _database.Dispose();
    }

    private static string Name(int part) => string.Create(CultureInfo.InvariantCulture, $"part_{part}");
}
