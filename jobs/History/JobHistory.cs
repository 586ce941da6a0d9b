using System.Globalization;
using Microsoft.Data.Sqlite;
using Plinth.Lakehouse;

namespace Plinth.Jobs;

/// <summary>What ran when and how it ended: <c>&lt;lake&gt;/control/jobs.db</c>.</summary>
internal sealed class JobHistory : IDisposable
{
    private readonly SqliteConnection _store;

    internal JobHistory(Lake lake)
    {
        var folder = Path.Combine(lake.Root, "control");
        Directory.CreateDirectory(folder);
        _store = new(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "jobs.db"), Pooling = false, DefaultTimeout = 30 }.ToString());
        _store.Open();
        Execute("""
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS run(run_id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, status TEXT NOT NULL, started_at TEXT NOT NULL, took_ms INTEGER NOT NULL);
            CREATE TABLE IF NOT EXISTS step(run_id TEXT NOT NULL, pipeline TEXT NOT NULL, ordinal INTEGER NOT NULL, step TEXT NOT NULL, status TEXT NOT NULL, message TEXT,
                inputs TEXT, started_at TEXT NOT NULL, took_ms INTEGER NOT NULL, PRIMARY KEY (run_id, step));
            CREATE INDEX IF NOT EXISTS step_by_name ON step(pipeline, step, started_at);
            """);
    }

    public void Dispose() => _store.Dispose();

    internal void Start(string runId, string pipeline, DateTimeOffset at) =>
        Execute("INSERT INTO run VALUES ($id, $pipeline, 'Running', $at, 0)", ("$id", runId), ("$pipeline", pipeline), ("$at", Text(at)));

    internal void Finish(RunRecord run) =>
        Execute("UPDATE run SET status = $status, took_ms = $took WHERE run_id = $id", ("$status", run.Status.ToString()), ("$took", (long)run.Took.TotalMilliseconds), ("$id", run.RunId));

    /// <summary>Writes the step's newest state; <paramref name="inputs"/> only when it need not run again for them.</summary>
    internal void Record(string pipeline, StepRecord step, string? inputs) =>
        Execute("""
            INSERT INTO step VALUES ($run, $pipeline, (SELECT count(*) FROM step WHERE run_id = $run), $step, $status, $message, $inputs, $at, $took)
            ON CONFLICT (run_id, step) DO UPDATE SET status = excluded.status, message = excluded.message, inputs = excluded.inputs, took_ms = excluded.took_ms
            """, ("$run", step.RunId), ("$pipeline", pipeline), ("$step", step.Step), ("$status", step.Status.ToString()), ("$message", step.Message),
            ("$inputs", inputs), ("$at", Text(step.StartedAt)), ("$took", (long)step.Took.TotalMilliseconds));

    /// <summary>The inputs for which the step last came to a good end.</summary>
    internal string? LastSuccess(string pipeline, string step)
    {
        using var command = Command("SELECT inputs FROM step WHERE pipeline = $pipeline AND step = $step AND inputs IS NOT NULL ORDER BY rowid DESC LIMIT 1",
            ("$pipeline", pipeline), ("$step", step));
        return command.ExecuteScalar() as string;
    }

    internal IReadOnlyList<RunRecord> Read(string? pipeline, int limit)
    {
        Dictionary<string, List<StepRecord>> steps = [];
        using (var command = Command("SELECT run_id, step, status, message, started_at, took_ms FROM step ORDER BY rowid"))
        using (var reader = command.ExecuteReader())
            while (reader.Read())
            {
                var run = reader.GetString(0);
                if (!steps.TryGetValue(run, out var list))
                    steps[run] = list = [];
                list.Add(new(run, reader.GetString(1), Enum.Parse<StepStatus>(reader.GetString(2)), reader.IsDBNull(3) ? null : reader.GetString(3),
                    Time(reader.GetString(4)), TimeSpan.FromMilliseconds(reader.GetInt64(5))));
            }

        List<RunRecord> runs = [];
        using (var command = Command("SELECT run_id, pipeline, status, started_at, took_ms FROM run WHERE $pipeline IS NULL OR pipeline = $pipeline ORDER BY started_at DESC, rowid DESC LIMIT $limit",
            ("$pipeline", pipeline), ("$limit", limit)))
        using (var reader = command.ExecuteReader())
            while (reader.Read())
                runs.Add(new(reader.GetString(0), reader.GetString(1), Enum.Parse<StepStatus>(reader.GetString(2)), Time(reader.GetString(3)),
                    TimeSpan.FromMilliseconds(reader.GetInt64(4)), steps.GetValueOrDefault(reader.GetString(0)) ?? []));
        return runs;
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = _store.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(sql, parameters);
        command.ExecuteNonQuery();
    }
}
