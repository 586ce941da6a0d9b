using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Sandbox;
using Plinth.Tests.Isolation;

namespace Plinth.Tests;

/// <summary>A lake with the sample's real requests in <c>hotline.service_request</c>, and a sandbox on it.</summary>
internal sealed class GivenLake : IDisposable
{
    public const string Scenario = "agency-of-request";
    private readonly TemporaryFolder _folder;

    private GivenLake(TemporaryFolder folder, Lake lake) => (_folder, Lake, Catalog) = (folder, lake, CityCatalog.Open(lake));

    public Lake Lake { get; }
    public CityCatalog Catalog { get; }
    public string Root => _folder["lake"];
    public string Scratch(params string[] parts) => _folder[parts];

    /// <summary>A sample submission by its name; the folder's name ends in the organisation that hands it in.</summary>
    public static string Submission(string name) => Directory.GetDirectories(Repository.Sample("submissions"), name + "@*").Single();

    public static async Task<GivenLake> WithRequestsAsync(string condition = "requested_datetime IS NOT NULL")
    {
        Given.Isolation();
        var folder = new TemporaryFolder();
        var given = new GivenLake(folder, Lake.Open(new(folder["lake"])));
        await given.AddAsync(condition, "first");
        return given;
    }

    public SandboxService Open(Action<string>? checkpoint = null) =>
        SandboxService.Open(Catalog, Given.Options with { Checkpoint = checkpoint });

    /// <summary>Two reviewers of the city approve, one after the other.</summary>
    public async Task<Submission> ReleaseAsync(SandboxService sandbox, string submission, string purpose = "advice:service")
    {
        foreach (var name in new[] { "person:first", "person:second" })
            Catalog.Access.AddPrincipal(new(name, "city", ["reviewer"]));
        await sandbox.ReleaseAsync(submission, Catalog.Access.Find("person:first")!, purpose);
        return await sandbox.ReleaseAsync(submission, Catalog.Access.Find("person:second")!, purpose);
    }

    /// <summary>Appends rows of the sample file, mapped as its layout maps them.</summary>
    public async Task AddAsync(string condition, string batch)
    {
        var table = new TableName("hotline", "service_request");
        var contract = Catalog.Datasets[table];
        var given = new Dictionary<string, string>
        {
            ["service_request_id"] = "\"Unique Key\"", ["source"] = "'nyc-311'", ["service_name"] = "\"Complaint Type\"", ["category"] = "Descriptor", ["description"] = "Descriptor",
            ["requested_datetime"] = "timezone('America/New_York', strptime(\"Created Date\", '%-m/%-d/%Y %-H:%M'))", ["location_type"] = "\"Location Type\"", ["agency_responsible"] = "Agency",
            // made up, for sums: small, but the last of the parks outweighs all others there
            ["accuracy_m"] = "CASE WHEN \"Location Type\" = 'Park' AND \"Unique Key\" = max(\"Unique Key\") OVER (PARTITION BY \"Location Type\") THEN 1e6 ELSE 1.0 + \"Unique Key\"::BIGINT % 40 END::DOUBLE",
            ["status"] = "Status", ["address"] = "\"Incident Address\"", ["source_row"] = "'sha256:0#' || \"Unique Key\"",
        };
        using var database = Lake.OpenSql();
        using var connection = database.Connect();
        var columns = contract.Columns.Select(c => $"{given.GetValueOrDefault(c.Name, "NULL")}{(given.ContainsKey(c.Name) ? "" : c.Name == "geom" ? "::BLOB" : c.Name == "bbox" ? "::STRUCT(xmin DOUBLE, ymin DOUBLE, xmax DOUBLE, ymax DOUBLE)" : c.Type == DataType.Double ? "::DOUBLE" : c.Type == DataType.Timestamp ? "::TIMESTAMPTZ" : "::VARCHAR")} AS {c.Name}");
        var sql = $"SELECT * FROM (SELECT {string.Join(", ", columns)} FROM read_csv('{Repository.Sample("hotline", "311_Animals_2025_short.csv")}', all_varchar = true, header = true)) WHERE {condition}";
        (await Lake.CommitAsync(new() { Table = table, Schema = contract.ToSchema(), Rows = new Lakehouse.RowSource.Query(connection, sql), Transaction = new("test:" + batch, 1) })).RequireVersion(table);
    }

    /// <summary>Commits rows, each given by the columns that it has.</summary>
    public async Task AddAsync(string table, IEnumerable<Dictionary<string, object?>> rows)
    {
        var schema = Catalog.Datasets[TableName.Parse(table)].ToSchema();
        (await Lake.CommitAsync(new()
        {
            Table = TableName.Parse(table), Schema = schema, Transaction = new("test:" + table, 1),
            Rows = new Lakehouse.RowSource.Values(rows.Select(row => schema.Columns.Select(column => row.GetValueOrDefault(column.Name)).ToArray())),
        })).RequireVersion(TableName.Parse(table));
    }

    public static GivenLake Empty()
    {
        Given.Isolation();
        var folder = new TemporaryFolder();
        return new(folder, Lake.Open(new(folder["lake"])));
    }

    public IReadOnlyList<object?[]> Sql(string table, string select)
    {
        using var database = Lake.OpenSql();
        using var connection = database.Connect();
        Lake.CreateViewsAsync(connection).AsTask().GetAwaiter().GetResult();
        return Lake.Exists(TableName.Parse(table)) ? connection.Rows($"SELECT {select} FROM {table}") : [];
    }

    public void Dispose()
    {
        Catalog.Dispose();
        Lake.Dispose();
        _folder.Dispose();
    }
}
