using System.Globalization;
using System.Text.Json;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse;

/// <summary>Tables that other projects wrote, read here and compared with the rows their writers say are in them.</summary>
public sealed class GoldenTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lake _lake;
    private readonly SqlDatabase _database;
    private readonly SqlConnection _sql;

    public GoldenTableTests()
    {
        _lake = Given.Lake(_folder);
        _database = _lake.OpenSql();
        _sql = _database.Connect();
    }

    public static TheoryData<string> Tables()
    {
        var folder = Repository.SharedFolder is { } shared ? Path.Combine(shared, "golden", "delta") : null;
        return Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)]
            : ["(the golden tables)"];
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_golden_table_gives_the_expected_rows_or_the_expected_refusal(string name)
    {
        var table = Golden.Open(name);
        if (table.MustFail)
        {
            var read = async () => (await _lake.ReadFolderAsync(table.Folder)).ToSql();
            (await read.Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().NotBeEmpty();
            return;
        }
        foreach (var expected in table.Expected)
        {
            var snapshot = await _lake.ReadFolderAsync(table.Folder, expected.Version);
            _sql.Scalar<long>($"SELECT count(*) FROM ({snapshot.ToSql()})").Should().Be(expected.Rows, $"{name} {expected.Version.Number}");
            if (expected.Parquet is { } parquet)
                CompareWithParquet(snapshot, parquet, table.Except);
            else if (expected.Lines is { } lines)
                CompareWithLines(snapshot, lines);
            if (expected.Version.Number is null && table.LiveFiles is { } files)
                snapshot.Files.Should().HaveCount(files);
            if (expected.Version.Number is null && table.LatestVersion is { } version)
                snapshot.Version.Should().Be(version);
        }
    }

    public static TheoryData<string, string> Changes()
    {
        var data = new TheoryData<string, string>();
        var folder = Repository.SharedFolder is { } shared ? Path.Combine(shared, "golden", "delta") : null;
        if (Directory.Exists(folder))
            foreach (var file in Directory.GetFiles(folder, "expected_changes_*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                data.Add(Path.GetFileName(Path.GetDirectoryName(file)!), Path.GetFileName(file));
        else
            data.Add("(the golden tables)", "");
        return data;
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task The_change_feed_of_a_golden_table_gives_the_expected_changes(string name, string file)
    {
        var table = Golden.Open(name);
        var range = Path.GetFileNameWithoutExtension(file).Split('_')[2..];

        var changes = await _lake.ChangesInFolderAsync(table.Folder, long.Parse(range[0], CultureInfo.InvariantCulture), range[1] == "latest" ? null : long.Parse(range[1], CultureInfo.InvariantCulture));

        var columns = changes.Schema.Columns.Add(new("_change_type", DataType.String)).Add(new("_commit_version", DataType.Long));
        var select = string.Join(", ", columns.Select(c => $"\"{c.Name}\""));
        var csv = Path.Combine(Path.GetDirectoryName(table.Folder)!, file);
        var expected = _sql.Rows($"SELECT {select} FROM read_csv('{csv}', all_varchar = true, header = true, nullstr = '')")
            .Select(row => string.Join('|', row.Select((value, i) => Golden.Cell((string?)value, columns[i].Type)))).Order(StringComparer.Ordinal).ToList();
        var actual = _sql.Rows($"SELECT {select} FROM ({changes.Sql})")
            .Select(row => string.Join('|', row.Select((value, i) => value is null ? "" : Golden.Text(value, columns[i].Type)))).Order(StringComparer.Ordinal).ToList();
        expected.Should().NotBeEmpty();
        actual.Should().Equal(expected);
    }

    private void CompareWithParquet(Snapshot snapshot, string folder, string? except)
    {
        var source = $"read_parquet('{folder}/**/*.parquet', hive_partitioning = false, union_by_name = true)";
        var theirs = _sql.Rows($"DESCRIBE SELECT * FROM {source}").ToDictionary(row => (string)row[0]!, row => (string)row[1]!, StringComparer.OrdinalIgnoreCase);
        var ours = _sql.Rows($"DESCRIBE {snapshot.ToSql()}").Select(row => (Name: (string)row[0]!, Type: (string)row[1]!)).Where(c => c.Name != except).ToList();
        ours.Select(c => c.Name).Should().BeEquivalentTo(theirs.Keys.Where(key => key != except), options => options.Using(StringComparer.OrdinalIgnoreCase));
        // A time without zone in the expected files is UTC, as in every Parquet file with INT96.
        var converted = ours.Select(c => theirs[c.Name] == "TIMESTAMP" && c.Type == "TIMESTAMP WITH TIME ZONE" ? $"\"{c.Name}\" AT TIME ZONE 'UTC'"
            : theirs[c.Name] == "TIMESTAMP WITH TIME ZONE" && c.Type == "TIMESTAMP" ? $"\"{c.Name}\" AT TIME ZONE 'UTC'" : $"CAST(\"{c.Name}\" AS {c.Type})");
        var (actual, expected) = ($"SELECT {string.Join(", ", ours.Select(c => $"\"{c.Name}\""))} FROM ({snapshot.ToSql()})", $"SELECT {string.Join(", ", converted)} FROM {source}");
        _sql.Rows($"(({actual}) EXCEPT ALL ({expected})) LIMIT 3").Should().BeEmpty("these rows should not be there");
        _sql.Rows($"(({expected}) EXCEPT ALL ({actual})) LIMIT 3").Should().BeEmpty("these rows are missing");
    }

    private void CompareWithLines(Snapshot snapshot, string file)
    {
        var expected = File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => string.Join('|', snapshot.Schema.Columns.Select(c => Golden.Text(row.GetProperty(c.Name), c.Type)))).Order(StringComparer.Ordinal);
        var actual = _sql.Rows(snapshot.ToSql()).Select(row => string.Join('|', row.Select((value, i) => Golden.Text(value, snapshot.Schema.Columns[i].Type)))).Order(StringComparer.Ordinal);
        actual.Should().Equal(expected);
    }

    public void Dispose()
    {
        _sql.Dispose();
        _database.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }
}

/// <summary>One golden table and what its catalogue says of it.</summary>
internal sealed record Golden(string Folder, bool MustFail, IReadOnlyList<GoldenRows> Expected, int? LiveFiles, long? LatestVersion, string? Except)
{
    public static Golden Open(string name)
    {
        var folder = Repository.Shared("golden", "delta", name);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "info.json")));
        var info = json.RootElement;
        var expected = info.TryGetProperty("expected", out var list) ? list.EnumerateArray().Select(e => new GoldenRows(
            e.GetProperty("version").ValueKind == JsonValueKind.Number ? TableVersion.At(e.GetProperty("version").GetInt64()) : TableVersion.Newest,
            e.GetProperty("rows").GetInt64(),
            e.TryGetProperty("files", out var files) ? Path.Combine(folder, files.GetString()!) : null,
            e.TryGetProperty("file", out var file) ? Path.Combine(folder, file.GetString()!) : null)).ToList() : [];
        return new(Path.Combine(folder, "table"), info.TryGetProperty("mustFail", out var fail) && fail.GetBoolean(), expected,
            info.TryGetProperty("liveFiles", out var live) ? live.GetInt32() : null, info.TryGetProperty("latestVersion", out var latest) ? latest.GetInt64() : null,
            // A partition value without zone, which only its writer's zone explains: the catalogue says to leave it out.
            name == "data-reader-partition-values" ? "as_timestamp" : null);
    }

    /// <summary>A cell of expected changes: empty stands for null and for empty text.</summary>
    public static string Cell(string? text, DataType type) => string.IsNullOrEmpty(text) ? ""
        : type == DataType.String || !double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? text : Number(number);

    /// <summary>A value of the expected rows; a day where the column was widened to a time is its midnight.</summary>
    public static string Text(JsonElement value, DataType type) =>
        Text(value) is { Length: 10 } day && type == DataType.TimestampNtz ? day + "T00:00:00.000000" : Text(value);

    /// <summary>A value of the expected rows, in the form of <see cref="Text(object?, DataType)"/>.</summary>
    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => Number(value.GetDouble()),
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(item => Text(item)))}]",
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(p => $"{p.Name}:{Text(p.Value)}"))}}}",
        _ => value.GetRawText(),
    };

    public static string Text(object? value, DataType type) => (value, type) switch
    {
        (null, _) => "null",
        (bool b, _) => b ? "true" : "false",
        (long n, _) when Math.Abs((double)n) > 9007199254740991 => n.ToString(CultureInfo.InvariantCulture),
        (byte[] bytes, _) => Convert.ToHexStringLower(bytes),
        (DateOnly day, _) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        (DateTime time, _) => time.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture) + (type.ToString() == "timestamp" ? "Z" : ""),
        (string text, _) => text,
        (object?[] fields, DataType.Struct s) => $"{{{string.Join(',', s.Fields.Select((f, i) => $"{f.Name}:{Text(fields[i], f.Type)}"))}}}",
        (IReadOnlyList<object?> items, DataType.Array a) => $"[{string.Join(',', items.Select(item => Text(item, a.Element)))}]",
        (IReadOnlyDictionary<object, object?> map, DataType.Map m) => $"{{{string.Join(',', map.Select(e => $"{Text(e.Key, m.Key)}:{Text(e.Value, m.Value)}"))}}}",
        _ => Number(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
    };

    // The reader that wrote the expected rows takes decimals for floating point: twelve digits are certain.
    private static string Number(double value) => value.ToString("G12", CultureInfo.InvariantCulture);
}

/// <param name="Parquet">A folder of files with the expected rows.</param>
/// <param name="Lines">A file with one expected row a line.</param>
internal sealed record GoldenRows(TableVersion Version, long Rows, string? Parquet, string? Lines);
