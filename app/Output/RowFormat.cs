using Plinth.Lakehouse.Engine;

namespace Plinth.App.Output;

/// <summary>How rows are written out.</summary>
internal enum RowFormat
{
    Table,
    Jsonl,
    Csv,
    Parquet,
}

/// <summary>Writes the rows of a query in one of the formats, streaming.</summary>
internal static class RowOutput
{
    /// <returns>Rows written.</returns>
    internal static long Write(SqlConnection connection, string sql, RowFormat format, string? file, CancellationToken cancellationToken)
    {
        if (format == RowFormat.Parquet)
        {
            if (file is null)
                throw new UsageException("Parquet cannot be shown on a terminal; name a file with --output.");
            return connection.Execute($"COPY ({sql}) TO {SqlText.Literal(file)} (FORMAT parquet, COMPRESSION zstd)", cancellationToken: cancellationToken);
        }

        using var result = connection.Query(sql, cancellationToken: cancellationToken);
        if (format == RowFormat.Table)
            return TableRows.Write(result);
        using var stream = file is null ? Console.OpenStandardOutput() : File.Create(file);
        return format == RowFormat.Csv ? CsvRows.Write(result, stream) : JsonRows.Write(result, stream);
    }
}
