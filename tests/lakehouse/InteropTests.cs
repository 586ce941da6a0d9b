using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse;

/// <summary>Tables written here, read by a Delta reader in JavaScript that shares no code with the product (tests/interop).</summary>
public sealed class InteropTests : IDisposable
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "interop");

    private readonly TemporaryFolder _folder = new();
    private readonly Lake _lake;

    public InteropTests()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules", "hyparquet")), "tests/interop has no npm packages; run tools/setup.sh --tests");
        _lake = Given.Lake(_folder);
    }

    private string Table => _folder["lake", "tables", Given.Readings.Schema, Given.Readings.Name];

    [Fact]
    public void The_other_reader_agrees_with_the_writers_of_every_golden_table()
    {
        var golden = Repository.Shared("golden", "delta");
        var (code, lines, errors) = Node("golden.mjs", golden);
        lines.Where(line => line.StartsWith("FAIL", StringComparison.Ordinal)).Should().BeEmpty(errors);
        lines.Should().HaveCountGreaterThan(80);
        code.Should().Be(0);
    }

    [Fact]
    public void The_other_reader_passes_its_own_tests()
    {
        var (code, lines, _) = Node("--test", Path.Combine(Folder, "reader.test.mjs"));
        code.Should().Be(0, string.Join('\n', lines));
    }

    [Fact]
    public void The_other_reader_says_why_it_refuses()
    {
        var (code, lines, errors) = Node("read-table.mjs", _folder.Path);
        (code, lines.Count).Should().Be((1, 0));
        errors.Should().Contain("is not a Delta table: it has no _delta_log");
    }

    [Fact]
    public async Task Every_type_reads_the_same_elsewhere()
    {
        var point = new DataType.Struct([new("x", DataType.Double), new("label", DataType.String), new("deep", new DataType.Struct([new("n", DataType.Integer)]))]);
        var schema = new TableSchema(
            new("s", DataType.String), new("l", DataType.Long), new("i", DataType.Integer), new("h", DataType.Short), new("y", DataType.Byte),
            new("f", DataType.Float), new("d", DataType.Double), new("b", DataType.Boolean), new("bin", DataType.Binary), new("day", DataType.Date),
            new("at", DataType.Timestamp), new("wall", DataType.TimestampNtz),
            new("dec", new DataType.Decimal(7, 2)), new("dec18", new DataType.Decimal(18, 0)), new("dec28", new DataType.Decimal(28, 9)),
            new("point", point), new("list", new DataType.Array(DataType.Integer)), new("lists", new DataType.Array(new DataType.Array(DataType.String))),
            new("map", new DataType.Map(DataType.String, DataType.Long)), new("numbers", new DataType.Map(DataType.Integer, new DataType.Array(point))));
        var utc = new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(1234560);
        object?[] usual =
        [
            "花都 é \"quoted\" \\ \u0001", 9007199254740993L, -7, (short)-300, (sbyte)-5, 0.1f, 2.25e-300, true, new byte[] { 0, 255 }, new DateOnly(2024, 2, 29),
            utc, new DateTime(1999, 12, 31, 23, 59, 59).AddTicks(10), -12345.67m, 999999999999999999m, 1234567890123456789.123456789m,
            new object?[] { 1.5, "p", new object?[] { 3 } }, new object?[] { 1, null, 3 }, new object?[] { new object?[] { "a", null }, null, Array.Empty<object?>() },
            new Dictionary<object, object?> { ["b"] = 1L, ["a"] = null, ["2"] = 3L },
            new Dictionary<object, object?> { [10] = new object?[] { new object?[] { null, "q", null }, null }, [9] = null },
        ];
        object?[] edges =
        [
            "", long.MinValue, int.MaxValue, short.MinValue, sbyte.MinValue, float.MaxValue, double.NaN, false, Array.Empty<byte>(), new DateOnly(1, 1, 1),
            new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(9999, 12, 31, 23, 59, 59), 0.01m, -1m, 0m,
            new object?[] { null, null, null }, Array.Empty<object?>(), Array.Empty<object?>(), new Dictionary<object, object?>(), new Dictionary<object, object?>(),
        ];
        object?[] infinite = [.. usual];
        (infinite[5], infinite[6], infinite[9], infinite[10]) = (float.NegativeInfinity, double.PositiveInfinity, new DateOnly(1969, 12, 31), new DateTime(1969, 12, 31, 23, 59, 59, DateTimeKind.Utc).AddTicks(9999990));
        object?[] negativeZero = [.. usual];
        (negativeZero[0], negativeZero[5], negativeZero[6]) = (new string('é', 400), -0f, -0d);

        await CommitAsync(schema, usual, edges, new object?[usual.Length]);
        await CommitAsync(schema, infinite);
        await CommitAsync(schema, negativeZero);
        await CommitAsync(schema, new object?[usual.Length]);

        await AgreeAsync(rows: 6);
    }

    [Fact]
    public async Task Partition_values_of_every_type_read_the_same_elsewhere()
    {
        (string Name, DataType Type, object?[] Values)[] columns =
        [
            ("s", DataType.String, ["花都 / 100% =a%20b", "it's\n\\", " "]), ("l", DataType.Long, [long.MaxValue, long.MinValue, 0L]), ("i", DataType.Integer, [1, -1, int.MinValue]),
            ("h", DataType.Short, [(short)1, (short)-1, short.MaxValue]), ("y", DataType.Byte, [(sbyte)1, (sbyte)-1, sbyte.MinValue]),
            ("f", DataType.Float, [0.1f, -1.5e10f, float.MaxValue]), ("d", DataType.Double, [0.1, -1e300, 1.0 / 3]), ("b", DataType.Boolean, [true, false, true]),
            ("bin", DataType.Binary, ["abc"u8.ToArray(), "é"u8.ToArray(), "%"u8.ToArray()]), ("day", DataType.Date, [new DateOnly(2024, 2, 29), new DateOnly(1, 1, 1), new DateOnly(9999, 12, 31)]),
            ("at", DataType.Timestamp, [new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(10), new DateTime(1969, 12, 31, 23, 59, 59, DateTimeKind.Utc), DateTime.UnixEpoch]),
            ("wall", DataType.TimestampNtz, [new DateTime(2024, 1, 2, 3, 4, 5).AddTicks(1234560), new DateTime(1999, 12, 31), new DateTime(1, 1, 1)]),
            ("dec", new DataType.Decimal(12, 3), [1.5m, -123456789.001m, 0m]),
        ];
        var schema = new TableSchema([.. columns.Select(c => new Column(c.Name, c.Type)), new("id", DataType.Long)], [.. columns.Select(c => c.Name)]);
        var rows = Enumerable.Range(0, 3).Select(i => columns.Select(c => c.Values[i]).Append((long)i).ToArray()).Append([.. new object?[columns.Length], 9L]).ToArray();

        await CommitAsync(schema, rows);

        await AgreeAsync(rows: 4);
    }

    [Fact]
    public async Task Partition_values_that_are_no_finite_number_read_the_same_elsewhere()
    {
        var schema = new TableSchema([new("d", DataType.Double), new("f", DataType.Float), new("id", DataType.Long)], ["d", "f"]);
        await CommitAsync(schema, [double.PositiveInfinity, float.NegativeInfinity, 1L], [double.NaN, 1f, 2L], [double.NegativeInfinity, float.NaN, 3L]);
        await AgreeAsync(rows: 3);
    }

    [Fact]
    public async Task Versions_before_and_after_checkpoints_read_the_same_elsewhere()
    {
        var schema = Given.IdAndName with { PartitionColumns = ["name"] };
        for (var i = 0; i < 24; i++)
            await _lake.CommitAsync(new()
            {
                Table = Given.Readings, Schema = schema, Mode = i == 15 ? WriteMode.Overwrite : WriteMode.Append, Transaction = new("batches", i + 1),
                Rows = new RowSource.Values(i % 6 == 4 ? [] : [Given.Row(i, $"part {i % 3}"), Given.Row(1000 + i, i % 2 == 0 ? null : "x")]),
            });

        foreach (var version in new long?[] { null, 0, 4, 9, 10, 14, 15, 20, 22 })
            await AgreeAsync(version: version);
        Directory.EnumerateFiles(Path.Combine(Table, "_delta_log"), "*.checkpoint.parquet").Should().HaveCount(2);

        var copy = Copy();
        var log = Path.Combine(copy, "_delta_log");
        foreach (var commit in Directory.EnumerateFiles(log, "*.json").Where(f => string.CompareOrdinal(Path.GetFileName(f), "00000000000000000020.") < 0))
            File.Delete(commit);
        File.Delete(Path.Combine(log, "00000000000000000010.checkpoint.parquet"));
        await AgreeAsync(folder: copy);
        await AgreeAsync(version: 20, folder: copy);
        Node("read-table.mjs", copy, "--version", "19").Errors.Should().Contain("gap");
        foreach (var commit in Directory.EnumerateFiles(log, "*.json").ToList())
            File.Delete(commit);
        await AgreeAsync(version: 20, folder: copy);
    }

    [Fact]
    public async Task A_schema_that_grew_reads_the_same_elsewhere()
    {
        await _lake.CommitAsync(Given.Rows() with { Rows = null });
        await _lake.CommitRowsAsync(Given.Row(1));
        var wider = new TableSchema(Given.IdAndName.Columns.Add(new("box", DataType.Bbox)).Add(new("tags", new DataType.Map(DataType.String, DataType.String))), []);
        await CommitAsync(wider, [2L, "b", new object?[] { 1.0, 2.0, 3.0, 4.0 }, new Dictionary<object, object?> { ["k"] = "v" }], [3L, null, null, null]);

        await AgreeAsync(rows: 3);
        await AgreeAsync(version: 1, rows: 1);
        await AgreeAsync(version: 0, rows: 0);
    }

    [Fact]
    public async Task Geometry_keeps_its_bytes_and_its_metadata_elsewhere()
    {
        var crs = ImmutableSortedDictionary<string, string>.Empty.Add("plinth.crs", "OGC:CRS84");
        var schema = new TableSchema(new("id", DataType.Long), new("geom", DataType.Binary, Metadata: crs), new("bbox", DataType.Bbox));
        var wkb = Convert.FromHexString("0101000000000000000000F03F0000000000000040");
        await CommitAsync(schema, [1L, wkb, new object?[] { 1.0, 2.0, 1.0, 2.0 }], [2L, null, null]);
        await AgreeAsync(rows: 2);
    }

    [Fact]
    public async Task Many_rows_of_a_query_read_the_same_elsewhere()
    {
        var schema = new TableSchema(new("id", DataType.Long), new("text", DataType.String), new("value", DataType.Double), new("list", new DataType.Array(DataType.Integer)), new("at", DataType.Timestamp));
        using var database = _lake.OpenSql();
        using var sql = database.Connect();
        const string rows = """
            SELECT i AS id, CASE WHEN i % 7 <> 0 THEN 'row ' || (i % 1000) END AS text, sqrt(i) AS value,
                   CASE WHEN i % 11 <> 0 THEN list_transform(range(i % 4), x -> CASE WHEN x <> 2 THEN (x + i)::INTEGER END) END AS list,
                   make_timestamptz(1700000000000000 + i * 1000003) AS at
            FROM   range(150000) t(i)
            """;
        await _lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Query(sql, rows) });
        await AgreeAsync(rows: 150_000);
    }

    [Theory, InlineData(false, false), InlineData(true, false), InlineData(true, true)]
    public async Task What_operations_leave_reads_the_same_elsewhere(bool vectors, bool partitioned)
    {
        var point = new DataType.Struct([new("x", DataType.Double), new("label", DataType.String)]);
        var schema = new TableSchema([new("id", DataType.Long), new("grp", DataType.String), new("value", DataType.Double), new("point", point)], partitioned ? ["grp"] : []);
        var properties = ImmutableSortedDictionary<string, string>.Empty.Add("delta.enableDeletionVectors", vectors ? "true" : "false").Add("delta.enableChangeDataFeed", "true");
        var writer = _lake.Writer(Given.Readings);
        await _lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Properties = properties });
        for (var batch = 0; batch < 2; batch++)
            await CommitAsync(schema, [.. Enumerable.Range(0, 6000).Select(i => new object?[] { (batch * 6000L) + i, $"g{i % 3}", i / 4.0, i % 7 == 0 ? null : new object?[] { i * 1.0, "l" } })]);

        await writer.DeleteAsync("id % 7 = 0");
        await writer.DeleteAsync("id BETWEEN 100 AND 5000");
        await AgreeAsync();
        await writer.UpdateAsync(new Dictionary<string, string> { ["value"] = "-\"value\"", ["grp"] = "'new'" }, "id % 5 = 0");
        await writer.MergeAsync(new() { Source = new RowSource.Values([[6001L, "m", 1.5, null], [-1L, null, null, null]]), On = "target.id = source.id", Matched = [new MergeAction.Update()], NotMatched = [new()] });
        await AgreeAsync();
        await writer.RenameColumnAsync("grp", "district");
        await writer.RenameColumnAsync("point.label", "name");
        await writer.DropColumnAsync("value");
        await writer.AddColumnsAsync([new("value", DataType.Integer), new("other", point)]);
        await writer.AddConstraintAsync("known", "id > -10");
        await AgreeAsync();
        await writer.UpdateAsync(new Dictionary<string, string> { ["value"] = "7", ["other"] = "{'x': id, 'label': district}" }, "id < 50");
        await AgreeAsync();
        await writer.RestoreAsync(4);
        await AgreeAsync();
        foreach (var version in new[] { 3, 5, 9 })
            await AgreeAsync(version: version);
    }

    private async Task CommitAsync(TableSchema schema, params object?[][] rows) =>
        (await _lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values(rows) })).Should().BeOfType<CommitOutcome.Committed>();

    /// <summary>The rows of one version are the same here and there, and what the log says of the newest version's files is true of them.</summary>
    [Fact]
    public async Task A_table_that_was_optimized_vacuumed_and_rid_of_its_old_log_reads_the_same_elsewhere()
    {
        var clock = new Maintenance.Clock();
        using var lake = Given.Lake(_folder, clock);
        var schema = new TableSchema([.. Given.IdAndName.Columns, new("bbox", DataType.Bbox)], ["name"]);
        for (var i = 0; i < 25; i++)
        {
            (await lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([[(long)i, $"p {i % 2}", new object?[] { i, i, i + 1.0, i + 1.0 }], [(long)-i, null, null]]) })).RequireVersion(Given.Readings);
            if (i == 12)
                await lake.OptimizeAsync(Given.Readings, new() { DryRun = false });
        }
        await lake.OptimizeAsync(Given.Readings, new() { DryRun = false, HilbertBy = "bbox", TargetBytes = 2000 });
        await AgreeAsync(rows: 50);
        clock.Advance(TimeSpan.FromDays(40));
        await lake.CheckpointAsync(Given.Readings);
        (await lake.VacuumAsync(Given.Readings, new() { DryRun = false })).Files.Should().NotBeEmpty();
        (await lake.CleanLogAsync(Given.Readings, dryRun: false)).Files.Should().NotBeEmpty();
        await AgreeAsync(rows: 50);
    }

    private async Task AgreeAsync(long? version = null, int? rows = null, string? folder = null)
    {
        var snapshot = await _lake.ReadFolderAsync(folder ?? Table, version is { } number ? TableVersion.At(number) : default);
        var here = InteropRows.OfSql(_lake.Select(snapshot, rest: ""), snapshot.Schema);
        string[] at = version is null ? [] : ["--version", version.Value.ToString(CultureInfo.InvariantCulture)];
        var (code, lines, errors) = Node("read-table.mjs", [folder ?? Table, .. at]);

        (code, errors).Should().Be((0, ""));
        InteropRows.OfJson(lines, snapshot.Schema).Should().Equal(here);
        if (rows is { } expected)
            here.Should().HaveCount(expected);
        if (version is null)
            Node("check-table.mjs", folder ?? Table).Should().BeEquivalentTo((0, Array.Empty<string>(), ""));
    }

    private string Copy()
    {
        var copy = _folder["copy"];
        foreach (var file in Directory.EnumerateFiles(Table, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Table, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }

    private static (int Code, IReadOnlyList<string> Lines, string Errors) Node(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [script.StartsWith('-') ? script : Path.Combine(Folder, script), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return (process.ExitCode, lines, errors.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        _lake?.Dispose();
        _folder.Dispose();
    }
}
