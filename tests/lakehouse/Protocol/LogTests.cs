using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Protocol;

/// <summary>Logs by hand: what counts is the snapshot asked for, and what is not supported is named.</summary>
public sealed class LogTests : HandMadeTables
{
    private const string Unreadable = """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["variantType"],"writerFeatures":["variantType"]}}""";

    [Theory]
    [InlineData("catalogManaged")]
    [InlineData("catalogOwned-preview")]
    [InlineData("geospatial")]
    [InlineData("variantType")]
    [InlineData("variantType-preview")]
    [InlineData("variantShredding-preview")]
    [InlineData("redirectReaderWriter-preview")]
    [InlineData("somethingOfTomorrow")]
    public async Task A_reader_feature_that_is_not_supported_is_refused_with_table_version_and_name(string feature)
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Log(0, Protocol, Metadata(IdSchema), Add("a.parquet"));
        Log(1, $$$"""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["columnMapping","{{{feature}}}"],"writerFeatures":["columnMapping","{{{feature}}}"]}}""");

        var read = async () => await Lake.ReadFolderAsync(Table);

        (await read.Should().ThrowAsync<TableFormatException>()).Which.Message.Should().Contain("foreign table #1 [x]' at version 1: protocol: ").And.Contain($"needs the reader feature {feature},");
        (await Lake.ReadFolderAsync(Table, TableVersion.At(0))).Version.Should().Be(0, "the version before it can still be read");
    }

    [Fact]
    public async Task A_feature_or_a_type_that_came_and_went_is_no_hindrance_to_the_versions_without_it()
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Log(0, Protocol, Metadata(IdSchema), Add("a.parquet"));
        (await Lake.ReadFolderAsync(Table)).Version.Should().Be(0); // kept, then brought up to date
        Log(1, Unreadable, Metadata("""{"type":"struct","fields":[{"name":"v","type":"variant","nullable":true,"metadata":{}}]}"""));
        Log(2, """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["checkpointProtection"]}}""", Metadata(IdSchema));

        Lake.Select(await Lake.ReadFolderAsync(Table)).Single().Should().Equal(1);

        using var fresh = Given.Lake(Folder);
        fresh.Select(await fresh.ReadFolderAsync(Table)).Single().Should().Equal(1);
        var between = async () => await fresh.ReadFolderAsync(Table, TableVersion.At(1));
        (await between.Should().ThrowAsync<TableFormatException>()).Which.Message.Should().Contain("version 1").And.Contain("variantType");
    }

    [Theory]
    [InlineData("variant")]
    [InlineData("geometry(OGC:CRS84)")]
    [InlineData("geography(OGC:CRS84, spherical)")]
    [InlineData("interval day to second")]
    public async Task A_type_that_is_not_supported_is_refused_by_name(string type)
    {
        Directory.CreateDirectory(Table);
        Log(0, Protocol, Metadata($$$"""{"type":"struct","fields":[{"name":"x","type":"{{{type}}}","nullable":true,"metadata":{}}]}"""));
        var read = async () => await Lake.ReadFolderAsync(Table);
        (await read.Should().ThrowAsync<TableFormatException>()).Which.Message.Should().Contain("at version 0: metaData: ").And.Contain($"type '{type}' is not supported");
    }

    [Fact]
    public async Task A_removed_file_that_is_added_again_is_there_with_its_new_statistics()
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Log(0, Protocol, Metadata(IdSchema), Add("a.parquet"));
        Log(1, Remove("a.parquet"));
        Log(2, Add("a.parquet").Replace("\"dataChange\":true", "\"dataChange\":true,\"stats\":\"{\\\"numRecords\\\":1}\"", StringComparison.Ordinal));
        Log(3, Remove("a.parquet"), Add("a.parquet")); // no order among the actions of one commit

        (await Lake.ReadFolderAsync(Table, TableVersion.At(1))).Files.Should().BeEmpty();
        (await Lake.ReadFolderAsync(Table, TableVersion.At(2))).Files.Single().Rows.Should().Be(1);
        (await Lake.ReadFolderAsync(Table)).Files.Single().Rows.Should().BeNull();
    }

    [Fact]
    public async Task A_folder_without_a_log_and_a_log_without_versions_are_no_tables()
    {
        Directory.CreateDirectory(Table);
        var read = async () => await Lake.ReadFolderAsync(Table);
        await read.Should().ThrowAsync<TableNotFoundException>();
        Directory.CreateDirectory(Path.Combine(Table, "_delta_log"));
        await File.WriteAllTextAsync(Path.Combine(Table, "_delta_log", "_last_checkpoint"), """{"version":3,"size":1}""", TestContext.Current.CancellationToken);
        await read.Should().ThrowAsync<TableNotFoundException>();
    }

    [Fact]
    public async Task A_data_file_that_is_cut_off_missing_or_no_Parquet_is_refused_with_table_version_and_file()
    {
        for (var i = 0; i < 3; i++)
            Copy($"SELECT {i} AS id", $"f{i}.parquet");
        Log(0, Protocol, Metadata(IdSchema), Add("f0.parquet"), Add("f1.parquet"), Add("f2.parquet"));
        var whole = await File.ReadAllBytesAsync(Path.Combine(Table, "f1.parquet"), TestContext.Current.CancellationToken);
        var read = async () =>
        {
            using var fresh = Given.Lake(Folder);
            return (await fresh.ReadFolderAsync(Table)).ToSql();
        };
        foreach (var content in new byte[][] { [], whole[..^10], [.. whole[..^4], 0, 0, 0, 0], "PAR1 is not enough PAR1"u8.ToArray() })
        {
            await File.WriteAllBytesAsync(Path.Combine(Table, "f1.parquet"), content, TestContext.Current.CancellationToken);
            var thrown = (await read.Should().ThrowAsync<TableFormatException>()).Which;
            thrown.Message.Should().Contain("foreign table #1 [x]' at version 0: ");
            thrown.File.Should().EndWith("f1.parquet");
        }
        File.Delete(Path.Combine(Table, "f1.parquet"));
        (await read.Should().ThrowAsync<TableFormatException>()).Which.Message.Should().Contain("at version 0").And.Contain("f1.parquet: the data file is missing");
    }

    [Theory]
    [InlineData("""{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{"delta.invariants":"{}"}}]}""", "column id: has delta.invariants")]
    [InlineData("""{"type":"struct","fields":[{"name":"s","type":{"type":"struct","fields":[{"name":"x","type":"long","nullable":true,"metadata":{"delta.invariants":"{}"}}]},"nullable":true,"metadata":{}}]}""", "column s.x: has delta.invariants")]
    [InlineData("""{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{"delta.generationExpression":"1"}}]}""", "column id: has delta.generationExpression")]
    [InlineData("""{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{"delta.identity.start":1}}]}""", "column id: has delta.identity.start")]
    public async Task A_rule_that_cannot_be_evaluated_refuses_the_write_and_not_the_reading(string schema, string reason)
    {
        var folder = Folder["lake", "tables", "sensor", "reading"];
        LogIn(folder, 0, Protocol, Metadata(schema));
        var snapshot = await Lake.ReadAsync(Given.Readings);
        var write = async () => await Lake.CommitAsync(new() { Table = Given.Readings, Schema = snapshot.Schema, Rows = new RowSource.Values([]) });
        (await write.Should().ThrowAsync<TableFormatException>()).Which.Message.Should().Contain(reason);
    }

    private static string Remove(string path) => $$$"""{"remove":{"path":"{{{path}}}","deletionTimestamp":1,"dataChange":true}}""";
}
