namespace Plinth.Ingestion;

/// <summary>What is asked of the lake while files are taken in.</summary>
internal static class IngestSql
{
    /// <summary>The keys of a table's rows.</summary>
    /// <param name="column">A column's name out of the dataset's contract: lower-case letters, digits and underscores.</param>
    /// <param name="snapshot">The table as a SELECT.</param>
    internal static string Keys(string column, string snapshot) => $"SELECT DISTINCT \"{column}\" FROM ({snapshot})";

    /// <summary>Rows by their keys, which are hashes in hexadecimal.</summary>
    internal static string RowsOf(string snapshot, IEnumerable<string> columns, string key, IEnumerable<string> hashes) =>
        $"SELECT {string.Join(", ", columns.Select(c => $"\"{c}\""))} FROM ({snapshot}) WHERE \"{key}\" IN ({string.Join(", ", hashes.Where(h => h.All(char.IsAsciiHexDigit)).Select(h => $"'{h}'"))})";
}
