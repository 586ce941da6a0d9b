using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Protocol;

/// <summary>Checkpoints by hand: what they may lack, and what then carries the table.</summary>
public sealed class CheckpointKindTests : HandMadeTables
{
    private const string V2 = """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["v2Checkpoint"],"writerFeatures":["v2Checkpoint"]}}""";
    private const string Manifest = "00000000000000000002.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json";

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_manifest_needs_all_its_sidecars_and_the_commits_stand_in_where_one_is_missing(bool sidecars, bool commits)
    {
        ThreeVersions(V2);
        Sidecar("b1.parquet", "a.parquet");
        if (sidecars)
            Sidecar("b2.parquet", "b.parquet", "c.parquet");
        File.WriteAllLines(InLog(Manifest),
        [
            """{"checkpointMetadata":{"version":2,"flavor":"x"}}""", V2, Metadata(IdSchema),
            """{"txn":{"appId":"app","version":41}}""", """{"domainMetadata":{"domain":"city","configuration":"{}","removed":false}}""",
            """{"sidecar":{"path":"b1.parquet","sizeInBytes":1,"modificationTime":1}}""", """{"sidecar":{"path":"b2.parquet","sizeInBytes":1,"modificationTime":1,"tags":{}}}""",
        ]);
        if (!commits)
            DeleteCommits(0, 2);
        Log(3, Add("d.parquet"));

        var snapshot = await Lake.ReadFolderAsync(Table);

        Ids(snapshot).Should().Equal(1, 2, 3, 4);
        snapshot.Transactions.ContainsKey("app").Should().Be(sidecars, "what carries the table is the checkpoint where it is whole, else the commits");
    }

    [Fact]
    public async Task A_manifest_without_its_sidecar_and_without_commits_is_refused_by_name()
    {
        ThreeVersions(V2);
        File.WriteAllLines(InLog(Manifest), [V2, Metadata(IdSchema), """{"sidecar":{"path":"gone.parquet","sizeInBytes":1,"modificationTime":1}}"""]);
        DeleteCommits(0, 3);
        var read = async () => await Lake.ReadFolderAsync(Table);
        (await read.Should().ThrowAsync<TableFormatException>()).Which.Message.Should().Contain("_sidecars/gone.parquet");
    }

    [Fact]
    public async Task A_checkpoint_in_parts_counts_when_all_parts_are_there()
    {
        ThreeVersions(Protocol);
        Part(1, 2, "protocol", "metaData");
        var half = async () =>
        {
            using var fresh = Given.Lake(Folder);
            return fresh.Select(await fresh.ReadFolderAsync(Table), "id", "ORDER BY id").Select(row => row[0]).ToList();
        };
        (await half()).Should().Equal(1, 2, 3);
        DeleteCommits(0, 2);
        (await half.Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Contain("no longer available");

        Part(2, 2, "add");
        (await half()).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Statistics_only_as_columns_and_unknown_columns_are_no_hindrance()
    {
        ThreeVersions(Protocol);
        Checkpoint("00000000000000000002.checkpoint.parquet",
            "add: {path: p, partitionValues: MAP{}::MAP(VARCHAR, VARCHAR), partitionValues_parsed: {x: 1}, size: 1::BIGINT, modificationTime: 1::BIGINT, dataChange: false, stats_parsed: {numRecords: 1::BIGINT, minValues: {id: 1}}, newThing: 7}, " +
            "protocol: NULL, metaData: NULL, mystery: {a: 1}", ["a.parquet", "b.parquet", "c.parquet"]);
        DeleteCommits(0, 2);

        var snapshot = await Lake.ReadFolderAsync(Table);

        Ids(snapshot).Should().Equal(1, 2, 3);
        snapshot.Files.Sum(f => f.Rows).Should().Be(3);
    }

    [Fact]
    public async Task A_removed_domain_and_an_old_transaction_stay_as_the_log_says()
    {
        Copy("SELECT 1 AS id", "a.parquet");
        const string Domains = """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["domainMetadata"]}}""";
        var folder = Folder["lake", "tables", "sensor", "reading"];
        LogIn(folder, 0, Domains, Metadata("""{"type":"struct","fields":[{"name":"id","type":"long","nullable":false,"metadata":{}},{"name":"name","type":"string","nullable":true,"metadata":{}}]}"""),
            """{"domainMetadata":{"domain":"a","configuration":"{\"x\":1}","removed":false}}""", """{"domainMetadata":{"domain":"b","configuration":"2","removed":false}}""");
        LogIn(folder, 1, """{"domainMetadata":{"domain":"a","configuration":"","removed":true}}""", """{"txn":{"appId":"s","version":7,"lastUpdated":1}}""");
        await Lake.CheckpointAsync(Given.Readings);
        File.Delete(Path.Combine(folder, "_delta_log", "00000000000000000000.json"));
        using var fresh = Given.Lake(Folder);

        var state = (await fresh.ReadAsync(Given.Readings)).State;

        state.Domains.Should().ContainSingle().Which.Value.Configuration.Should().Be("2");
        state.Transactions["s"].Should().BeEquivalentTo(new { Version = 7L, LastUpdated = 1L });
    }

    private void ThreeVersions(string protocol)
    {
        foreach (var (name, id) in new[] { ("a", 1), ("b", 2), ("c", 3), ("d", 4) })
            Copy($"SELECT {id} AS id", $"{name}.parquet");
        Log(0, protocol, Metadata(IdSchema), Add("a.parquet"));
        Log(1, Add("b.parquet"));
        Log(2, Add("c.parquet"));
    }

    private string InLog(string name) => Path.Combine(Table, "_delta_log", name);

    private void DeleteCommits(int from, int count)
    {
        for (var version = from; version < from + count; version++)
            File.Delete(LogFile(version));
    }

    private void Sidecar(string name, params string[] paths)
    {
        Directory.CreateDirectory(InLog("_sidecars"));
        var rows = string.Join(" UNION ALL ", paths.Select(path => $"SELECT {{path: '{path}', partitionValues: MAP{{}}::MAP(VARCHAR, VARCHAR), size: 1::BIGINT, modificationTime: 1::BIGINT, dataChange: false}} AS add"));
        Copy(rows, $"_delta_log/_sidecars/{name}");
    }

    private void Part(int part, int parts, params string[] kinds)
    {
        var add = kinds.Contains("add");
        Checkpoint($"00000000000000000002.checkpoint.{part:D10}.{parts:D10}.parquet", add
            ? "add: {path: p, partitionValues: MAP{}::MAP(VARCHAR, VARCHAR), size: 1::BIGINT, modificationTime: 1::BIGINT, dataChange: false}" : "", add ? ["a.parquet", "b.parquet", "c.parquet"] : [], !add);
    }

    /// <summary>Rows of adds, made from <paramref name="columns"/> for each path <c>p</c>, and of protocol and metaData.</summary>
    private void Checkpoint(string name, string columns, string[] paths, bool head = true)
    {
        const string Head = """
            SELECT {minReaderVersion: 1, minWriterVersion: 2} AS protocol, NULL AS metaData
            UNION ALL SELECT NULL, {id: 't', format: {provider: 'parquet', options: MAP{}::MAP(VARCHAR, VARCHAR)}, schemaString: '{"type":"struct","fields":[{"name":"id","type":"integer","nullable":true,"metadata":{}}]}', partitionColumns: []::VARCHAR[], configuration: MAP{}::MAP(VARCHAR, VARCHAR), createdTime: 1::BIGINT}
            """;
        var adds = paths.Length == 0 ? null : $"SELECT {string.Join(", ", Columns(columns).Select(c => $"{c.Value} AS {c.Name}"))} FROM (SELECT unnest([{string.Join(", ", paths.Select(p => $"'{p}'"))}]) AS p)";
        Copy(string.Join(" UNION ALL BY NAME ", new[] { head ? $"({Head})" : null, adds is null ? null : $"({adds})" }.OfType<string>()), $"_delta_log/{name}");
    }

    private static IEnumerable<(string Name, string Value)> Columns(string text)
    {
        foreach (var part in System.Text.RegularExpressions.Regex.Split(text, @", (?=protocol:|metaData:|mystery:)", System.Text.RegularExpressions.RegexOptions.ExplicitCapture))
            yield return part.StartsWith("protocol", StringComparison.Ordinal) || part.StartsWith("metaData", StringComparison.Ordinal) ? (part[..8], "NULL") : (part[..part.IndexOf(':', StringComparison.Ordinal)], part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..]);
    }

    private IEnumerable<object?> Ids(Snapshot snapshot) => Lake.Select(snapshot, "id", "ORDER BY id").Select(row => row[0]);
}
