using System.Globalization;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Twin;

namespace Plinth.Tests;

/// <summary>
/// SQL behaviour as SQL: <c>tests/twin/sql/*.test</c>. A case is <c>query</c> (or <c>error</c>, or <c>statement</c>), the SQL, <c>----</c>, and the expected
/// rows, a row a line with <c>|</c> between the values; then a blank line. Numbers with a decimal point are compared to 9 significant
/// digits. For <c>error</c> each line must be part of the message.
/// </summary>
public class SqlCases
{
    public static TheoryData<string> Files() =>
        new(Directory.GetFiles(Path.Combine(Repository.Root, "tests", "twin", "sql"), "*.test").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_of_the_file_holds(string file)
    {
        using var database = SqlDatabase.Open(new SqlOptions { Threads = 2 });
        using var connection = database.Connect();
        SpatialSql.Register(connection);
        var path = Path.Combine(Repository.Root, "tests", "twin", "sql", file);
        var cases = File.ReadAllText(path).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(c => c.Trim('\n')).ToList();
        var failures = new List<string>();
        var ran = 0;
        foreach (var text in cases)
        {
            var lines = text.Split('\n').SkipWhile(l => l.StartsWith('#')).ToArray();
            if (lines.Length == 0)
                continue;
            var rule = Array.IndexOf(lines, "----");
            var sql = string.Join('\n', lines[1..(rule < 0 ? lines.Length : rule)]);
            var expected = rule < 0 ? [] : lines[(rule + 1)..];
            if (Failure(connection, lines[0], sql, expected) is { } failure)
                failures.Add($"{sql}\n  {failure}");
            ran++;
        }
        ran.Should().BeGreaterThan(0);
        failures.Should().BeEmpty();
    }

    private static string? Failure(SqlConnection connection, string kind, string sql, string[] expected)
    {
        try
        {
            if (kind == "statement")
            {
                connection.Execute(sql);
                return null;
            }
            var rows = connection.Rows(sql).Select(r => string.Join('|', r.Select(Show))).ToArray();
            if (kind == "error")
                return $"gave {rows.Length} rows, not an error";
            return rows.Length == expected.Length && rows.Zip(expected).All(p => Same(p.First, p.Second)) ? null : $"gave {string.Join(" / ", rows)}";
        }
        catch (SqlException e)
        {
            return kind != "error" ? e.Message : expected.FirstOrDefault(l => !e.Message.Contains(l, StringComparison.Ordinal)) is { } missing ? $"said '{e.Message}', not '{missing}'" : null;
        }
    }

    private static string Show(object? value) => value switch
    {
        null => "NULL",
        bool truth => truth ? "true" : "false",
        byte[] bytes => Convert.ToHexString(bytes),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static bool Same(string actual, string expected) =>
        actual.Split('|') is var a && expected.Split('|') is var e && a.Length == e.Length && a.Zip(e).All(p => p.First == p.Second
            || (p.Second.Contains('.', StringComparison.Ordinal)
                && double.TryParse(p.First, NumberStyles.Float, CultureInfo.InvariantCulture, out var x)
                && double.TryParse(p.Second, NumberStyles.Float, CultureInfo.InvariantCulture, out var y)
                && Math.Abs(x - y) <= 1e-9 * Math.Max(1, Math.Abs(y))));
}
