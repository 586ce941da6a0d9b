using Plinth.Lakehouse;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Operations;
using Plinth.Lakehouse.Stores;

namespace Plinth.Tests.Lakehouse.Protocol;

/// <summary>Deletion vectors by hand: beside the data, in a folder, anywhere, in the log itself, and damaged.</summary>
public sealed class VectorTests : HandMadeTables
{
    private const string Features = """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}""";

    [Theory]
    [InlineData("u")]
    [InlineData("u in a folder")]
    [InlineData("p")]
    [InlineData("p in another folder")]
    [InlineData("i")]
    public async Task A_vector_hides_its_rows_wherever_it_is_kept(string kind)
    {
        Copy("SELECT range AS id FROM range(10)", "a.parquet");
        var file = new VectorFile();
        file.Add([9]);
        var vector = file.Add([0, 3, 8]);
        await file.WriteAsync(new LocalStore(Table), TestContext.Current.CancellationToken);
        var written = Path.Combine(Table, file.Key);
        var stored = kind switch
        {
            "u" => vector,
            "u in a folder" => Moved(written, Path.Combine(Table, "ab c", Path.GetFileName(written)), vector with { PathOrInlineDv = "ab c" + vector.PathOrInlineDv }),
            "p" => vector with { StorageType = "p", PathOrInlineDv = new Uri(written).AbsoluteUri },
            "p in another folder" => Moved(written, Folder["else where", "v%.bin"], vector with { StorageType = "p", PathOrInlineDv = new Uri(Folder["else where", "v%.bin"]).AbsoluteUri }),
            _ => Inline([0, 3, 8]),
        };
        Log(0, Features, Metadata("""{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}"""), Add("a.parquet", stored, 10));

        var snapshot = await Lake.ReadFolderAsync(Table);

        Lake.Select(snapshot, "id", "ORDER BY id").Select(row => row[0]).Should().Equal(1L, 2L, 4L, 5L, 6L, 7L, 9L);
        snapshot.Files.Single().Rows.Should().Be(7);
    }

    [Fact]
    public async Task A_file_with_a_new_vector_is_another_file_and_the_change_is_their_difference()
    {
        Copy("SELECT range AS id FROM range(10)", "a.parquet");
        var (first, second) = (Inline([1]), Inline([1, 2]));
        Log(0, Features, Metadata("""{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}""", [], ("delta.enableChangeDataFeed", "true")), Add("a.parquet", first, 10));
        Log(1, Add("a.parquet", second, 10), Remove("a.parquet", first));
        Log(2, Add("a.parquet", null, 10), Remove("a.parquet", second));

        Lake.Select(await Lake.ReadFolderAsync(Table, TableVersion.At(1)), "count(*)").Single()[0].Should().Be(8L);
        Lake.Select(await Lake.ReadFolderAsync(Table), "count(*)").Single()[0].Should().Be(10L);
        var changes = await Lake.ChangesInFolderAsync(Table, 1);
        using var database = Lake.OpenSql();
        using var connection = database.Connect();
        connection.Rows($"SELECT id, _change_type, _commit_version FROM ({changes.Sql}) ORDER BY ALL").Select(r => $"{r[0]} {r[1]} {r[2]}").Should().Equal("1 insert 2", "2 delete 1", "2 insert 2");
    }

    [Theory]
    [InlineData("empty", "ends*")]
    [InlineData("cut", "ends*")]
    [InlineData("gone", "*deletion_vector_*")]
    [InlineData("flipped", "its checksum does not match*")]
    [InlineData("version", "the file's format version is 2*")]
    [InlineData("offset", "ends*")]
    public async Task A_damaged_vector_file_is_refused_with_table_version_and_reason(string damage, string reason)
    {
        Copy("SELECT range AS id FROM range(10)", "a.parquet");
        var file = new VectorFile();
        var vector = file.Add([0, 3, 8]);
        await file.WriteAsync(new LocalStore(Table), TestContext.Current.CancellationToken);
        var path = Path.Combine(Table, file.Key);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        if (damage == "flipped")
            bytes[^6] ^= 1;
        if (damage == "version")
            bytes[0] = 2;
        await File.WriteAllBytesAsync(path, damage switch { "empty" => [], "cut" => bytes[..^8], _ => bytes }, TestContext.Current.CancellationToken);
        if (damage == "gone")
            File.Delete(path);
        Log(0, Features, Metadata("""{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}"""), Add("a.parquet", damage == "offset" ? vector with { Offset = 4000 } : vector, 10));

        var read = async () => (await Lake.ReadFolderAsync(Table)).ToSql();

        var thrown = (await read.Should().ThrowAsync<TableFormatException>()).Which;
        thrown.Reason.Should().Match(reason);
        thrown.Message.Should().Contain("foreign table #1 [x]' at version 0: deletion vector u");
    }

    private static DeletionVector Moved(string from, string to, DeletionVector vector)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Move(from, to);
        return vector;
    }

    private static DeletionVector Inline(long[] positions)
    {
        var data = RoaringEncoder.Encode(positions);
        return new("i", Z85.Encode([.. data, .. new byte[(4 - (data.Length % 4)) % 4]]), null, data.Length, positions.Length);
    }

    private static string Json(DeletionVector vector) => System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["storageType"] = vector.StorageType, ["pathOrInlineDv"] = vector.PathOrInlineDv, ["offset"] = vector.Offset, ["sizeInBytes"] = vector.SizeInBytes, ["cardinality"] = vector.Cardinality,
    });

    private static string Add(string path, DeletionVector? vector, int rows) =>
        $$$"""{"add":{"path":"{{{path}}}","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true,"stats":"{\"numRecords\":{{{rows}}}}","deletionVector":{{{(vector is null ? "null" : Json(vector))}}}}}""";

    private static string Remove(string path, DeletionVector vector) =>
        $$$"""{"remove":{"path":"{{{path}}}","deletionTimestamp":1,"dataChange":true,"extendedFileMetadata":true,"partitionValues":{},"size":1,"deletionVector":{{{Json(vector)}}}}}""";
}
