using System.Diagnostics;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse.Pruning;

/// <summary>Queries read only the files that can hold rows for them, and give what they give over all files.</summary>
public sealed class LakeSessionTests : IDisposable
{
    private static readonly TableName Visits = new("city", "visit");
    private static readonly TableName Places = new("city", "place");
    private readonly TemporaryFolder _folder = new();
    private readonly Lake _lake;

    public LakeSessionTests() => _lake = Given.Lake(_folder);

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("id = 55", 1)]
    [InlineData("id > 69 AND id < 90", 2)]
    [InlineData("id IN (3, 4, 98)", 2)]
    [InlineData("id < 0", 0)]
    [InlineData("id = 15 OR id = 35", 2)]
    [InlineData("seen_at >= '2024-01-06 00:00:00+00'", 5)]
    [InlineData("day = DATE '2024-01-03'", 1)]
    [InlineData("score > 8.5", 1)]
    [InlineData("price < 1.05", 1)]
    [InlineData("name LIKE 'visit 4%'", 1)]
    [InlineData("box.xmin > 118 AND box.xmax < 119", 1)]
    [InlineData("note IS NOT NULL", 1)]
    [InlineData("id IS NULL", 0)]
    [InlineData("id + 0 = 55", 1)] // the engine's optimizer turns it round
    [InlineData("abs(id) = 55", 10)] // nothing can be said of a function
    [InlineData("kind = 'even'", 5)]
    [InlineData("kind = 'even' AND id BETWEEN 10 AND 29", 1)]
    [InlineData("true", 10)]
    public async Task A_condition_keeps_the_files_that_can_hold_its_rows(string condition, int files)
    {
        await WriteAsync();
        using var session = LakeSession.Open(_lake);
        var snapshot = await _lake.ReadAsync(Visits);
        session.Add(snapshot);
        var sql = $"SELECT count(*), sum(id) FROM city.visit WHERE {condition}";
        using (var query = session.Prepare(sql))
        {
            var scan = query.Scans.Should().ContainSingle().Subject;
            (scan.Table, scan.Files, scan.FilesKept).Should().Be((Visits, 10, files));
            session.Connection.Rows(sql)[0].Should().Equal(_lake.Select(snapshot, "count(*), sum(id)", $"WHERE {condition}")[0]);
        }
    }

    [Fact]
    public async Task A_condition_reaches_through_joins_views_and_macros()
    {
        await WriteAsync();
        using var session = LakeSession.Open(_lake);
        session.Add(await _lake.ReadAsync(Visits));
        session.Add(await _lake.ReadAsync(Places));
        session.Connection.Execute("CREATE VIEW recent AS SELECT * FROM city.visit WHERE seen_at >= '2024-01-09 00:00:00+00'; CREATE MACRO visits_of(n) AS TABLE SELECT * FROM city.visit WHERE id = n");

        Kept("SELECT * FROM recent").Should().Equal(("city.visit", 2));
        Kept("SELECT * FROM visits_of(71)").Should().Equal(("city.visit", 1));
        Kept("SELECT p.name FROM city.visit v JOIN city.place p ON p.place_id = v.id WHERE v.id = 12").Should().BeEquivalentTo(new[] { ("city.visit", 1), ("city.place", 1) });
        Kept("WITH a AS (SELECT * FROM city.visit) SELECT * FROM a WHERE id = 1 UNION ALL SELECT * FROM a WHERE id = 99").Should().Equal(("city.visit", 2));
        Kept("SELECT count(*) FROM city.visit WHERE id = (SELECT max(place_id) FROM city.place)").Should().Contain(("city.visit", 10), "what a sub-query gives is not known before it ran");
        Kept("SELECT 1").Should().BeEmpty();

        List<(string, int)> Kept(string sql)
        {
            using var query = session.Prepare(sql);
            session.Connection.Rows(sql);
            return [.. query.Scans.Select(scan => (scan.Table.ToString(), scan.FilesKept))];
        }
    }

    [Fact]
    public async Task Two_versions_of_one_table_stand_side_by_side()
    {
        await WriteAsync();
        using var session = LakeSession.Open(_lake);
        session.Add(await _lake.ReadAsync(Visits));
        session.Add(await _lake.ReadAsync(Visits, TableVersion.At(2)), new("before", "visit"));
        const string Sql = "SELECT (SELECT count(*) FROM city.visit), (SELECT count(*) FROM before.visit)";
        using var query = session.Prepare(Sql);
        session.Connection.Rows(Sql)[0].Should().Equal(100L, 30L);
    }

    [Fact]
    public async Task A_query_that_was_not_prepared_fails_and_says_why()
    {
        await WriteAsync();
        using var session = LakeSession.Open(_lake);
        session.Add(await _lake.ReadAsync(Visits));
        foreach (var sql in new[]
        {
            "SELECT * FROM city.visit", "SELECT count(*) FROM city.visit", "SELECT id FROM city.visit WHERE id > 5 AND seen_at IS NOT NULL", "SELECT name FROM city.visit WHERE box.xmin < 3 ORDER BY 1 LIMIT 1",
            "SELECT * FROM (SELECT * FROM city.visit v QUALIFY v.id = max(v.id) OVER (PARTITION BY v.kind)) WHERE kind = 'even'", "SELECT a.id FROM city.visit a JOIN city.visit b USING (id) WHERE a.score > 1",
        })
            session.Connection.Invoking(connection => connection.Rows(sql)).Should().Throw<SqlException>().WithMessage("*city.visit is read through LakeSession.Prepare*");
        using (session.Prepare("SELECT id FROM city.visit WHERE id = 5"))
        {
        }
        session.Connection.Invoking(connection => connection.Rows("SELECT id FROM city.visit")).Should().Throw<SqlException>();
    }

    [Fact]
    public async Task What_the_engine_cannot_plan_apart_is_given_every_file()
    {
        await WriteAsync();
        using var session = LakeSession.Open(_lake);
        session.Add(await _lake.ReadAsync(Visits));
        const string Sql = "SELECT count(*) FROM city.visit WHERE id = $1"; // the value is not in it
        using var query = session.Prepare(Sql);
        query.Scans.Should().ContainSingle().Which.FilesKept.Should().Be(10);
        session.Connection.Scalar<long>(Sql, [5L]).Should().Be(1);
    }

    [Fact]
    public async Task A_cancelled_query_ends_within_100_ms()
    {
        await WriteAsync();
        using var session = LakeSession.Open(_lake);
        session.Add(await _lake.ReadAsync(Visits));
        const string Sql = "SELECT sum(hash(a.id + b.id * c.id + d.id + e.id)) FROM city.visit a, city.visit b, city.visit c, city.visit d, city.visit e";
        var fastest = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 5 && fastest >= TimeSpan.FromMilliseconds(100); attempt++) // the machine may be busy with something else
        {
            using var query = session.Prepare(Sql, CancellationToken.None);
            using var stop = new CancellationTokenSource();
            var watch = new Stopwatch();
            using var timer = stop.Token.Register(watch.Start);
            stop.CancelAfter(200);
            session.Connection.Invoking(connection => connection.Rows(Sql, null, stop.Token)).Should().Throw<OperationCanceledException>();
            fastest = watch.Elapsed < fastest ? watch.Elapsed : fastest;
        }
        fastest.Should().BeLessThan(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task After_a_planning_that_was_cancelled_the_session_goes_on_with_all_optimizers()
    {
        await WriteAsync();
        using var session = LakeSession.Open(_lake);
        session.Add(await _lake.ReadAsync(Visits));
        using var stop = new CancellationTokenSource();
        stop.CancelAfter(20);
        // Planning so many joins takes long enough to be cut short at some moment of it.
        var many = $"SELECT count(*) FROM {string.Join(", ", Enumerable.Range(0, 60).Select(i => $"city.visit v{i}"))} WHERE {string.Join(" AND ", Enumerable.Range(1, 59).Select(i => $"v{i}.id = v{i - 1}.id"))}";
        try
        {
            for (var i = 0; i < 1000; i++)
                session.Prepare(many, stop.Token).Dispose();
        }
        catch (OperationCanceledException)
        {
        }
        stop.IsCancellationRequested.Should().BeTrue();
        session.Connection.Scalar<string>("SELECT current_setting('disabled_optimizers')").Should().BeEmpty();
        const string Sql = "SELECT count(*) FROM city.visit WHERE id = 5";
        using var query = session.Prepare(Sql);
        query.Scans.Should().ContainSingle().Which.FilesKept.Should().Be(1);
        session.Connection.Scalar<long>(Sql).Should().Be(1);
    }

    /// <summary>Ten files: ids 0 to 9 and of 2024-01-01 in the first, 10 to 19 and of 2024-01-02 in the second, and so on.</summary>
    private async Task WriteAsync()
    {
        var schema = new TableSchema(
            [new("id", DataType.Long), new("seen_at", DataType.Timestamp), new("day", DataType.Date), new("score", DataType.Double), new("price", new DataType.Decimal(10, 2)),
             new("name", DataType.String), new("box", DataType.Bbox), new("note", DataType.String), new("kind", DataType.String)], ["kind"]);
        using var database = _lake.OpenSql();
        using var sql = database.Connect();
        for (var file = 0; file < 10; file++)
            (await _lake.CommitAsync(new()
            {
                Table = Visits,
                Schema = schema,
                Rows = new RowSource.Query(sql, $"""
                    SELECT {file} * 10 + i AS id, TIMESTAMPTZ '2024-01-01 08:00:00+00' + {file} * INTERVAL 1 DAY AS seen_at, DATE '2024-01-01' + {file} AS day, {file} + i / 20 AS score,
                        ({file} + 1 + i / 100)::DECIMAL(10,2) AS price, 'visit {file}' || i AS name,
                        struct_pack(xmin := 110 + {file} + 0.1, ymin := 23.0, xmax := 110 + {file} + 0.2, ymax := 23.1) AS box,
                        CASE WHEN {file} = 3 AND i = 4 THEN 'here' END AS note, CASE WHEN {file} % 2 = 0 THEN 'even' ELSE 'odd' END AS kind
                    FROM range(10) r(i)
                    """),
            })).RequireVersion(Visits);
        for (var file = 0; file < 2; file++)
            (await _lake.CommitAsync(new()
            {
                Table = Places,
                Schema = new(new Column("place_id", DataType.Long), new Column("name", DataType.String)),
                Rows = new RowSource.Query(sql, $"SELECT {file} * 50 + i AS place_id, 'p' || i AS name FROM range(50) r(i)"),
            })).RequireVersion(Places);
    }
}
