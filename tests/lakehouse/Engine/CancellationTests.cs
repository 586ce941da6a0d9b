using System.Diagnostics;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse.Engine;

public sealed class CancellationTests : EngineTest
{
    /// <summary>Runs for hours if nobody stops it.</summary>
    private const string Long = "SELECT count(*) FROM range(10000000) a(i), range(10000000) b(j) WHERE (a.i * b.j) % 1000003 = 17";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_long_statement_ends_soon_after_its_token_is_cancelled(bool streams)
    {
        using var source = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        Sql.Register(new ScalarFunction("started", [], SqlType.Boolean, (_, output) =>
        {
            started.TrySetResult();
            output.Values<bool>().Fill(true);
        }) { Volatile = true });
        var text = Long + " AND started()";
        var run = Task.Run(() => streams ? Sql.Rows(text, null, source.Token).Count : Sql.Execute(text, null, source.Token));
        await started.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var clock = Stopwatch.StartNew();
        await source.CancelAsync();
        (await run.Invoking(r => r).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(source.Token);
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(1));
        Sql.Scalar<int>("SELECT 42").Should().Be(42, "the connection stays usable");
    }

    [Fact]
    public void A_token_cancelled_before_runs_nothing()
    {
        Sql.Execute("CREATE TABLE t(a INTEGER)");
        Sql.Invoking(s => s.Execute("INSERT INTO t VALUES (1)", null, new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();
        Sql.Scalar<long>("SELECT count(*) FROM t").Should().Be(0);
    }

    [Fact]
    public void A_token_cancelled_between_chunks_ends_the_stream()
    {
        using var source = new CancellationTokenSource();
        using var result = Sql.Query("SELECT * FROM range(100000000)", null, source.Token);
        result.NextChunk().Should().BeTrue();
        source.Cancel();
        result.Invoking(r => r.NextChunk()).Should().Throw<OperationCanceledException>();
        result.NextChunk().Should().BeFalse();
        Sql.Scalar<int>("SELECT 42").Should().Be(42);
    }

    [Fact]
    public async Task Cancelling_at_any_moment_stops_that_statement_and_no_later_one()
    {
        for (var i = 0; i < 60; i++)
        {
            using var source = new CancellationTokenSource();
            using var go = new Barrier(2);
            var cancel = Task.Run(() =>
            {
                go.SignalAndWait();
                Thread.SpinWait(i * 200);
                source.Cancel();
            });
            go.SignalAndWait();
            Sql.Invoking(s => s.Execute(Long, null, source.Token)).Should().Throw<OperationCanceledException>();
            Sql.Scalar<long>("SELECT count(*) FROM range(20000)").Should().Be(20_000);
            await cancel;
        }
    }

    [Fact]
    public async Task Interrupt_stops_a_statement_from_another_thread_and_does_nothing_to_an_idle_connection()
    {
        Sql.Interrupt();
        Sql.Scalar<int>("SELECT 42").Should().Be(42);
        var run = Task.Run(() => Sql.Execute(Long));
        while (!run.IsCompleted)
        {
            Sql.Interrupt();
            await Task.WhenAny(run, Task.Delay(10));
        }
        await run.Invoking(r => r).Should().ThrowAsync<OperationCanceledException>();
    }
}
