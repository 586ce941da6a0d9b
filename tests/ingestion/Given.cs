using Plinth.Catalog;
using Plinth.Ingestion;
using Plinth.Lakehouse;

namespace Plinth.Tests;

/// <summary>A lake in a folder of its own, with the program's contracts.</summary>
internal sealed class Given : IDisposable
{
    private readonly TemporaryFolder _folder;
    private Lake _lake;

    public Given([System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        _folder = new(name);
        _lake = Lake.Open(new(_folder["lake"]));
        Catalog = CityCatalog.Open(_lake);
    }

    public CityCatalog Catalog { get; private set; }

    /// <summary>Takes files in.</summary>
    public Task<IngestReport> Ingest(string family, params string[] paths) => IngestBy(family, null, null, paths);

    public async Task<IngestReport> IngestBy(string family, string? contract, Func<IngestOptions, IngestOptions>? change, params string[] paths)
    {
        var options = new IngestOptions { RunId = "run-1", CodeVersion = "test", Coordinates = new ShiftedGcj() };
        return await new Ingestor(Catalog, change?.Invoke(options) ?? options).IngestAsync(family, paths, contract);
    }

    /// <summary>A file of the test's own, outside the lake.</summary>
    public string File(string name, string content) => File(name, System.Text.Encoding.UTF8.GetBytes(content));

    public string File(string name, byte[] content)
    {
        var path = _folder["sources", name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>A folder for such files.</summary>
    public string Folder(string name) => Directory.CreateDirectory(_folder["sources", name]).FullName;

    /// <summary>The lake as another process would find it.</summary>
    public void Reopen()
    {
        Catalog.Dispose();
        _lake.Dispose();
        _lake = Lake.Open(new(_folder["lake"]));
        Catalog = CityCatalog.Open(_lake);
    }

    /// <summary>Rows of a query over the newest versions.</summary>
    public async Task<IReadOnlyList<object?[]>> Sql(string sql)
    {
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        await _lake.CreateViewsAsync(connection);
        return connection.Rows(sql);
    }

    /// <summary>The one value of a query.</summary>
    public async Task<object?> Value(string sql) => (await Sql(sql)).Single().Single();

    /// <summary>All rows of all tables, without what names the run, in an order of their own.</summary>
    public async Task<IReadOnlyList<string>> Contents()
    {
        var rows = new List<string>();
        foreach (var table in _lake.Tables())
        {
            var columns = Catalog.Datasets[table].Columns.Select(c => c.Name).Where(c => c is not ("run_id" or "rejected_at"));
            rows.AddRange((await Sql($"SELECT CAST(({string.Join(", ", columns)}) AS VARCHAR) FROM {table} ORDER BY ALL")).Select(r => $"{table} {r[0]}"));
        }
        return rows;
    }

    /// <summary>Files in the raw zone.</summary>
    public int Originals() => Directory.Exists(Path.Combine(_lake.Root, "raw")) ? Directory.EnumerateFiles(Path.Combine(_lake.Root, "raw"), "*", SearchOption.AllDirectories).Count() : 0;

    public void Dispose()
    {
        Catalog.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    /// <summary>Knows longitude and latitude, and stands in for GCJ-02 by a fixed shift.</summary>
    private sealed class ShiftedGcj : ICoordinates
    {
        public bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude)
        {
            if (crs != "GCJ-02")
                return LongitudeLatitude.Instance.TryToCrs84(crs, x, y, out longitude, out latitude);
            (longitude, latitude) = (x - 0.005, y + 0.0025);
            return true;
        }
    }
}
