using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Plinth.Lakehouse.Engine;

namespace Plinth.Lakehouse.Reading;

/// <summary>A column as it stands in a Parquet file.</summary>
/// <param name="Type">The engine's name of a leaf's type; of a nested one, written out from its parts.</param>
/// <param name="Children">Fields of a struct, the element of a list, key and value of a map.</param>
internal sealed record FileColumn(string Name, int? FieldId, FileColumnKind Kind, string Type, IReadOnlyList<FileColumn> Children);

internal enum FileColumnKind
{
    Leaf,
    Struct,
    List,
    Map,
}

/// <summary>The columns of one or more files that were written alike.</summary>
/// <param name="Id">Equal for files with equal columns.</param>
internal sealed record FileLayout(string Id, IReadOnlyList<FileColumn> Columns);

/// <summary>Which columns data files hold, from their footers. Files never change, so each is looked at once.</summary>
internal sealed class FileLayouts(SqlPool sql)
{
    private readonly ConcurrentDictionary<string, FileLayout> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FileLayout> _distinct = new(StringComparer.Ordinal);

    /// <exception cref="TableFormatException">A file is missing or no Parquet file.</exception>
    public IReadOnlyDictionary<string, FileLayout> Of(string table, IReadOnlyCollection<string> paths)
    {
        var missing = paths.Where(path => !_known.ContainsKey(path)).Distinct(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            Read(table, missing);
        return paths.Distinct(StringComparer.Ordinal).ToDictionary(path => path, path => _known[path], StringComparer.Ordinal);
    }

    private void Read(string table, List<string> paths)
    {
        if (paths.Find(path => !File.Exists(path)) is { } absent)
            throw new TableFormatException(table, absent, "the data file is missing; the log names it as live.");
        using var lease = sql.Rent();
        foreach (var batch in paths.Chunk(500))
            foreach (var file in Rows(table, lease.Connection, batch).GroupBy(row => (string)row[7]!, StringComparer.Ordinal))
                _known[file.Key] = Layout([.. file]);
        if (paths.Find(path => !_known.ContainsKey(path)) is { } unread)
            throw new TableFormatException(table, unread, "the data file's columns could not be read.");
    }

    private static IReadOnlyList<object?[]> Rows(string table, SqlConnection connection, string[] paths)
    {
        try
        {
            return connection.Rows($"""
                SELECT name, type, repetition_type, num_children, converted_type, field_id, duckdb_type, file_name, logical_type
                FROM parquet_schema({SqlText.List(paths.Select(SqlText.Path))})
                ORDER BY file_name, column_id
                """);
        }
        catch (SqlException e)
        {
            if (paths.Length == 1)
                throw new TableFormatException(table, paths[0], e.Message);
            return [.. paths.SelectMany(path => Rows(table, connection, [path]))]; // one by one, to name the one at fault
        }
    }

    private FileLayout Layout(List<object?[]> rows)
    {
        var at = 0;
        var root = Node(rows, ref at);
        var text = new StringBuilder();
        Describe(text, root);
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
        return _distinct.GetOrAdd(id, static (key, columns) => new(key, columns), root.Children);
    }

    private static FileColumn Node(List<object?[]> rows, ref int at)
    {
        var row = rows[at++];
        var children = new List<FileColumn>();
        for (var n = Number(row[3]) ?? 0; n > 0; n--)
            children.Add(Node(rows, ref at));
        var name = (string?)row[0] ?? "";
        var id = (int?)Number(row[5]);
        var annotation = $"{row[4]} {row[8]}";
        var repeated = (string?)row[2] == "REPEATED";
        if (children.Count == 0)
            return new(name, id, FileColumnKind.Leaf, (string?)row[6] ?? "", []);
        if (children is [{ } inner] && annotation.Contains("MAP", StringComparison.OrdinalIgnoreCase) && inner.Children is [var key, var value])
            return new(name, id, FileColumnKind.Map, $"MAP({key.Type}, {value.Type})", [key, value]);
        if (children is [{ } list] && annotation.Contains("LIST", StringComparison.OrdinalIgnoreCase) && !repeated)
        {
            // Three levels; or two, in files of old writers, where the repeated field is the element itself.
            var element = list is { Kind: FileColumnKind.Struct, Children: [var only] } && list.Name != "array" && !list.Name.EndsWith("_tuple", StringComparison.Ordinal) ? only : list;
            return new(name, id, FileColumnKind.List, $"{element.Type}[]", [element]);
        }
        return new(name, id, FileColumnKind.Struct, $"STRUCT({string.Join(", ", children.Select(c => $"{SqlText.Name(c.Name)} {c.Type}"))})", children);
    }

    private static long? Number(object? value) => value is null ? null : Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture);

    private static void Describe(StringBuilder text, FileColumn column)
    {
        text.Append(column.Name).Append('#').Append(column.FieldId).Append(':').Append(column.Kind).Append(column.Kind == FileColumnKind.Leaf ? column.Type : "").Append('(');
        foreach (var child in column.Children)
            Describe(text, child);
        text.Append(')');
    }
}
