using System.Diagnostics;

namespace Plinth.Tests.Lakehouse.Engine;

/// <summary>Measures the process, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(StreamingTests), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(StreamingTests))]
public sealed class StreamingTests : EngineTest
{
    [Fact]
    public void Five_million_rows_stream_with_flat_memory()
    {
        using var process = Process.GetCurrentProcess();
        const string text = "SELECT i, i || ' is the number of this row' AS text FROM range(5000000) t(i)";
        using var result = Sql.Query(text);
        long rows = 0, sum = 0, bytes = 0, before = 0;
        while (result.NextChunk())
        {
            var chunk = result.Chunk;
            foreach (var value in chunk[0].Values<long>())
                sum += value;
            for (var row = 0; row < chunk.Count; row++)
                bytes += chunk[1].Bytes(row).Length;
            rows += chunk.Count;
            if (before == 0 && rows > 500_000)
                before = Memory();
        }
        rows.Should().Be(5_000_000);
        sum.Should().Be(5_000_000L * 4_999_999 / 2);
        bytes.Should().Be(Sql.Scalar<long>($"SELECT sum(strlen(text)) FROM ({text})"));
        (Memory() - before).Should().BeLessThan(60_000_000, "the whole result is over 200 MB");

        long Memory()
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }
}
