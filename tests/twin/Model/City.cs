using System.Buffers.Binary;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Twin;

namespace Plinth.Tests.Twin;

/// <summary>A small lake with a clock that stands still, its catalog and its twin.</summary>
internal sealed class City : IDisposable
{
    private readonly TemporaryFolder _folder = new("city");
    private int _runs;

    public City()
    {
        Lake = Lake.Open(new(_folder["lake"]) { Time = Clock, Sql = new() { Threads = 2, MemoryLimit = "1GB" } });
        Catalog = CityCatalog.Open(Lake);
        Twin = CityTwin.Open(Catalog);
    }

    public Lake Lake { get; }

    public CityCatalog Catalog { get; }

    public CityTwin Twin { get; private set; }

    public StoppedClock Clock { get; } = new();

    /// <summary>Appends rows given as objects with the columns' names; what is left out is NULL.</summary>
    public Task<long> AddAsync(string table, params object[] rows) => WriteAsync(table, WriteMode.Append, rows);

    public Task<long> RewriteAsync(string table, params object[] rows) => WriteAsync(table, WriteMode.Overwrite, rows);

    public Task<DeriveReport> DeriveAsync() => Twin.DeriveAsync($"run-{++_runs}", "test");

    /// <summary>Rows of a query over the newest tables and the twin's macros.</summary>
    public async Task<IReadOnlyList<object?[]>> SqlAsync(string sql)
    {
        using var database = Lake.OpenSql();
        using var connection = database.Connect();
        await Lake.CreateViewsAsync(connection);
        Twin.RegisterViews(connection);
        return connection.Rows(sql);
    }

    public void Dispose()
    {
        Twin.Dispose();
        Catalog.Dispose();
        Lake.Dispose();
        _folder.Dispose();
    }

    private async Task<long> WriteAsync(string table, WriteMode mode, object[] rows)
    {
        var name = TableName.Parse(table);
        var schema = Catalog.Datasets[name].ToSchema();
        var outcome = await Lake.CommitAsync(new Commit
        {
            Table = name,
            Schema = schema,
            Mode = mode,
            Rows = new RowSource.Values([.. rows.Select(row => schema.Columns.Select(c => row.GetType().GetProperty(c.Name)?.GetValue(row)).ToArray())]),
        });
        return outcome.RequireVersion(name);
    }
}

/// <summary>A clock that a test moves by hand.</summary>
internal sealed class StoppedClock : TimeProvider
{
    private DateTimeOffset _now = new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Set(string instant) => _now = DateTimeOffset.Parse(instant);
}

/// <summary>Geometry for rows: WKB with the box that stands beside it.</summary>
internal static class Shape
{
    public static byte[] Point(double x, double y)
    {
        var wkb = new byte[21];
        wkb[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(wkb.AsSpan(1), 1);
        BinaryPrimitives.WriteDoubleLittleEndian(wkb.AsSpan(5), x);
        BinaryPrimitives.WriteDoubleLittleEndian(wkb.AsSpan(13), y);
        return wkb;
    }

    public static byte[] Box(double x1, double y1, double x2, double y2)
    {
        double[] ring = [x1, y1, x2, y1, x2, y2, x1, y2, x1, y1];
        var wkb = new byte[13 + (8 * ring.Length)];
        wkb[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(wkb.AsSpan(1), 3);
        BinaryPrimitives.WriteInt32LittleEndian(wkb.AsSpan(5), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wkb.AsSpan(9), 5);
        for (var i = 0; i < ring.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(wkb.AsSpan(13 + (8 * i)), ring[i]);
        return wkb;
    }

    public static object?[] Bounds(double x1, double y1, double x2, double y2) => [x1, y1, x2, y2];

    public static DateTime At(string instant) => DateTimeOffset.Parse(instant).UtcDateTime;
}
