using Plinth.Catalog;
using Plinth.Ingestion.Rules;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads Parquet by its layout, through DuckDB.</summary>
/// <param name="open">Opens an empty database for one file.</param>
internal sealed class ParquetReader(IReadOnlyDictionary<TableName, DatasetContract> datasets, Func<SqlDatabase> open) : ILayoutReader, IChecksRules
{
    public string Name => "parquet";

    public string Expected => "a Parquet file (it begins and ends with PAR1)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.StartsWith("PAR1"u8);

    public IReadOnlyList<string>? Columns(string path, SourceContract contract)
    {
        try
        {
            using var database = open();
            using var connection = database.Connect();
            return Columns(connection, path);
        }
        catch (SqlException)
        {
            return null;
        }
    }

    public ReadResult Read(FileInput input) => ReadItems.Gather(Stream(input));

    public IEnumerable<ReadItem> Stream(FileInput input)
    {
        using var database = open();
        using var connection = database.Connect();
        var rule = RowRules.For(input, datasets);
        var (header, rows) = Begin(connection, input, rule);
        using (rows)
        {
            var mapper = new RowMapper(input, datasets[input.Contract.Dataset], header, rule);
            var number = 0L;
            foreach (var values in rows.Rows())
            {
                var item = mapper.Map(values, ++number);
                if (item.Row is { } row)
                    foreach (var beside in mapper.Beside(row))
                        yield return beside;
                yield return item;
            }
            if (number == 0)
                throw new SourceFormatException(Path.GetFileName(input.Path), "has no rows", HeaderCheck.Expected(input.Contract));
        }
    }

    private static (IReadOnlyList<string> Header, SqlResult Rows) Begin(SqlConnection connection, FileInput input, IRowRule? rule)
    {
        try
        {
            var used = input.Contract.Columns.Select(c => c.From).Concat(rule?.SourceColumns ?? []).ToHashSet(StringComparer.Ordinal);
            var all = Columns(connection, input.Path);
            HeaderCheck.Require(Path.GetFileName(input.Path), input.Contract, all);
            var header = all.Where(used.Contains).ToList();
            connection.Execute(ParquetSql.ReadAll(header), [ParquetSql.Literally(input.Path)]); // damage in its middle is found before anything is stored
            return (header, connection.Query(ParquetSql.Select(header), [ParquetSql.Literally(input.Path)]));
        }
        catch (SqlException e)
        {
            throw new SourceFormatException(Path.GetFileName(input.Path), $"cannot be read as Parquet ({e.Message})", HeaderCheck.Expected(input.Contract));
        }
    }

    private static IReadOnlyList<string> Columns(SqlConnection connection, string path)
    {
        using var none = connection.Query(ParquetSql.NoRows, [ParquetSql.Literally(path)]);
        return [.. none.Columns.Select(c => c.Name)];
    }
}
