using System.Collections.Immutable;
using System.Globalization;
using Plinth.Lakehouse.Engine;

namespace Plinth.Sandbox.Scoring;

/// <summary>A scenario's own scorer: SQL of its publisher over <c>truth</c> and <c>answer</c>, one row of numbers, each column a metric. No interval: the numbers may be anything.</summary>
internal static class SqlScorer
{
    public static ImmutableArray<Evaluation> Score(ScoreSpec spec, byte[] truth, byte[] answers)
    {
        var folder = Directory.CreateTempSubdirectory("plinth-score-").FullName;
        try
        {
            var files = (Truth: Path.Combine(folder, "truth.csv"), Answers: Path.Combine(folder, "answers.csv"));
            File.WriteAllBytes(files.Truth, truth);
            File.WriteAllBytes(files.Answers, answers);
            return Score(spec, files.Truth, files.Answers);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static ImmutableArray<Evaluation> Score(ScoreSpec spec, string truth, string answers)
    {
        using var database = SqlDatabase.Open(new() { Threads = 1 });
        using var connection = database.Connect();
        connection.Execute("SET temp_directory = ''");
        foreach (var (table, file) in new[] { ("truth", truth), ("answer", answers) })
            connection.Execute($"CREATE TABLE {table} AS SELECT * FROM read_csv({SqlText.Literal(file)}, header = true)");
        connection.Execute("SET enable_external_access = false");
        connection.Execute("SET lock_configuration = true");
        var rows = connection.Scalar<long>("SELECT count(*) FROM truth");
        using var result = connection.Query(spec.Sql!);
        var names = result.Columns.Select(column => column.Name).ToList();
        var values = result.Rows().ToList();
        if (values.Count != 1)
            throw new InvalidDataException($"The scenario's SQL gave {values.Count} rows; one is needed.");
        return [.. names.Select((name, i) => Value(values[0][i]) is { } score ? new Evaluation(spec.Split, name, score, rows, score, score)
            : throw new InvalidDataException($"The scenario's SQL gave no number as '{name}'."))];
    }

    private static double? Value(object? value) => value is IConvertible and not string and not bool ? Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) ? number : null : null;
}
