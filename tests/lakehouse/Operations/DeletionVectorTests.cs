using System.Text.Json;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Delta;

namespace Plinth.Tests.Lakehouse.Operations;

public sealed class DeletionVectorTests : OperationTest
{
    [Fact]
    public async Task Deleting_writes_a_vector_and_leaves_the_data_file()
    {
        var schema = await MakeAsync("plain", vectors: true);
        await AppendAsync(schema, [.. Enumerable.Range(0, 10).Select(i => Row(i, "a", i, nested: false))]);

        (await Writer.DeleteAsync("id IN (2, 3)")).Should().Be(new CommitOutcome.Committed(2, 2));
        (await Writer.DeleteAsync("id = 7")).Should().Be(new CommitOutcome.Committed(3, 1));

        Directory.GetFiles(Table, "*.parquet").Should().ContainSingle();
        Directory.GetFiles(Table, "deletion_vector_*.bin").Should().HaveCount(2);
        var file = (await Lake.ReadAsync(Given.Readings)).State.Files.Values.Single();
        file.DeletionVector!.Cardinality.Should().Be(3, "the newer vector holds what the older one held");
        using var stats = JsonDocument.Parse(file.Stats!);
        (stats.RootElement.GetProperty("numRecords").GetInt64(), stats.RootElement.GetProperty("tightBounds").GetBoolean()).Should().Be((10, false));
        (await Lake.IdsAsync()).Should().Equal(0, 1, 4, 5, 6, 8, 9);
        (await Lake.IdsAsync(TableVersion.At(1))).Should().HaveCount(10);
        (await Lake.IdsAsync(TableVersion.At(2))).Should().HaveCount(8);
    }

    [Fact]
    public async Task A_file_whose_rows_are_all_gone_is_only_removed()
    {
        var schema = await MakeAsync("plain", vectors: true);
        await AppendAsync(schema, Row(1, "a", 1, nested: false), Row(2, "a", 1, nested: false));
        await Writer.DeleteAsync("id = 1");

        await Writer.DeleteAsync("id = 2");

        (await Lake.ReadAsync(Given.Readings)).State.Files.Should().BeEmpty();
        Directory.GetFiles(Table, "deletion_vector_*.bin").Should().ContainSingle();
    }

    [Fact]
    public void What_is_encoded_is_decoded_again()
    {
        var random = new Random(5);
        long[][] cases =
        [
            [], [0], [long.MaxValue >> 20], [.. Enumerable.Range(0, 5000).Select(i => (long)i)], [.. Enumerable.Range(0, 4096).Select(i => i * 2L)], [.. Enumerable.Range(0, 4097).Select(i => i * 3L)],
            [.. Enumerable.Range(0, 20_000).Select(_ => random.NextInt64(1L << 34)).Distinct().Order()], [65_535, 65_536, (1L << 32) - 1, 1L << 32],
        ];
        foreach (var positions in cases)
            RoaringBitmap.Decode(RoaringEncoder.Encode(positions)).Should().Equal(positions);
        var id = Guid.NewGuid().ToByteArray();
        Z85.Decode(Z85.Encode(id)).Should().Equal(id);
    }
}
