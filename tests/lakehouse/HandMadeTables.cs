using System.Text.Json;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse;

/// <summary>For tests that write logs and data files of a table by hand, as another engine would.</summary>
public abstract class HandMadeTables : IDisposable
{
    private protected const string Protocol = """{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""";
    private protected const string IdSchema = """{"type":"struct","fields":[{"name":"id","type":"integer","nullable":true,"metadata":{}}]}""";

    private protected static string Add(string path) => $$$"""{"add":{"path":"{{{path}}}","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}}""";

    private protected static string Struct(params string[] fields) => $$"""{"type":"struct","fields":[{{string.Join(',', fields)}}]}""";

    private protected static string Mapped(string name, int id, string type) =>
        $$$"""{"name":"{{{name}}}","type":{{{type}}},"nullable":true,"metadata":{"delta.columnMapping.id":{{{id}}},"delta.columnMapping.physicalName":"col-{{{id}}}"}}""";

    private protected static string Metadata(string schema, string[]? partitions = null, params (string Key, string Value)[] configuration) => JsonSerializer.Serialize(new
    {
        metaData = new { id = "t", format = new { provider = "parquet", options = new { } }, schemaString = schema, partitionColumns = partitions ?? [], configuration = configuration.ToDictionary(c => c.Key, c => c.Value) },
    });

    private protected string LogFile(int version) => Path.Combine(Table, "_delta_log", $"{version:D20}.json");

    private protected void Log(int version, params string[] actions) => LogIn(Table, version, actions);

    private protected static void LogIn(string folder, int version, params string[] actions)
    {
        Directory.CreateDirectory(Path.Combine(folder, "_delta_log"));
        File.WriteAllLines(Path.Combine(folder, "_delta_log", $"{version:D20}.json"), actions);
    }

    private protected void Copy(string query, string file, string? options = null, string? folder = null)
    {
        Directory.CreateDirectory(folder ?? Table);
        using var database = Lake.OpenSql();
        using var connection = database.Connect();
        connection.Execute($"COPY ({query}) TO '{Path.Combine(folder ?? Table, file)}' (FORMAT parquet{(options is null ? "" : ", " + options)})");
    }

    private protected TemporaryFolder Folder { get; } = new();

    private protected Lake Lake { get; }

    private protected string Table => Folder["foreign table #1 [x]"];

    protected HandMadeTables() => Lake = Given.Lake(Folder);

    public void Dispose()
    {
        Lake.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
