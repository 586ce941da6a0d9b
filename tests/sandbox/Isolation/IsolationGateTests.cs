using System.Collections.Concurrent;
using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;

namespace Plinth.Tests.Isolation;

public sealed class IsolationGateTests
{
    private static readonly IsolationVerdict Good = new(true, "bubblewrap 0", "hash", [], null, []), Bad = Good with { Available = false, Reason = "'cores' gets through the isolation" };
    private readonly Clock _clock = new();
    private readonly ConcurrentQueue<bool> _asked = [];
    private IsolationVerdict _next = Good;

    [Fact]
    public async Task A_verdict_that_is_not_good_is_asked_for_again_later_and_ever_later_until_it_is_good()
    {
        var gate = Gate();
        _next = Bad;
        (await Ask(gate)).Should().Be(Bad);
        (await Ask(gate)).Should().Be(Bad);
        _asked.Should().HaveCount(1, "the machine is not attacked again and again for each run that waits");
        _clock.Now += IsolationGate.FirstRetry;
        (await Ask(gate)).Should().Be(Bad);
        _asked.Should().HaveCount(2);
        _clock.Now += IsolationGate.FirstRetry;
        (await Ask(gate)).Should().Be(Bad);
        _asked.Should().HaveCount(2, "the second wait is longer");
        _clock.Now += IsolationGate.FirstRetry;
        _next = Good;
        (await Ask(gate)).Should().Be(Good);
        _asked.Should().HaveCount(3);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(7, 300)]
    [InlineData(1000, 300)]
    public void The_wait_after_so_many_failures_doubles_up_to_five_minutes(int failures, double seconds) => IsolationGate.Retry(failures).TotalSeconds.Should().Be(seconds);

    [Fact]
    public async Task After_so_many_runs_the_next_waits_for_a_job_that_runs_now()
    {
        var gate = Gate();
        await Ask(gate);
        for (var run = 0; run < IsolationGate.RunsBetweenChecks; run++)
        {
            await Ask(gate);
            gate.Ran();
        }
        _asked.Should().Equal(false);
        _next = Bad;
        (await Ask(gate)).Should().Be(Bad, "what held before the runs does not hold for ever");
        _asked.Should().Equal(false, true);
    }

    [Fact]
    public async Task A_job_that_somebody_asked_for_counts_at_once_for_better_and_for_worse()
    {
        var gate = Gate();
        await Ask(gate);
        gate.Take(Bad);
        (await Ask(gate)).Should().Be(Bad);
        gate.Take(Good);
        (await Ask(gate)).Should().Be(Good);
        _asked.Should().HaveCount(1);
    }

    [Fact]
    public async Task Many_that_ask_at_once_wait_for_one_job_and_one_that_gives_up_does_not_end_it()
    {
        var job = new TaskCompletionSource<IsolationVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = 0;
        var gate = new IsolationGate((_, _) =>
        {
            Interlocked.Increment(ref asked);
            return job.Task;
        }, _clock);
        using var impatient = new CancellationTokenSource();
        var gone = gate.VerdictAsync(impatient.Token);
        var waiting = Enumerable.Range(0, 20).Select(_ => gate.VerdictAsync(CancellationToken.None)).ToList();
        await impatient.CancelAsync();
        await FluentActions.Awaiting(() => gone).Should().ThrowAsync<OperationCanceledException>();
        job.SetResult(Good);
        (await Task.WhenAll(waiting)).Should().OnlyContain(verdict => verdict == Good);
        asked.Should().Be(1);
    }

    [Fact]
    public async Task A_job_that_cannot_even_start_is_no_verdict_and_nothing_runs()
    {
        var gate = new IsolationGate((_, _) => throw new IOException("no space left on device"), _clock);
        var verdict = await Ask(gate);
        verdict.Available.Should().BeFalse();
        verdict.Reason.Should().Be("the conformance job could not run: no space left on device");
    }

    private static Task<IsolationVerdict> Ask(IsolationGate gate) => gate.VerdictAsync(CancellationToken.None);

    private IsolationGate Gate() => new((fresh, _) =>
    {
        _asked.Enqueue(fresh);
        return Task.FromResult(_next);
    }, _clock);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
