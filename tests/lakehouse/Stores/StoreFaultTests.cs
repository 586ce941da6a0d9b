using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>A store that refuses, falls silent after doing the work, or answers late.</summary>
public abstract class StoreFaultTests : IDisposable
{
    private const string FirstCommit = "_delta_log/00000000000000000001.json";
    private readonly TemporaryFolder _folder = new();
    private readonly FaultProxy _proxy;

    protected StoreFaultTests() => _proxy = new(() => Port);

    /// <summary>The server's port.</summary>
    protected abstract int Port { get; }

    /// <summary>What no message may show.</summary>
    protected abstract string Secret { get; }

    /// <summary>A fresh place for a lake.</summary>
    protected abstract Task<string> PlaceAsync();

    /// <summary>The place by way of a port.</summary>
    protected abstract LakeOptions Options(string place, int port);

    [Fact]
    public async Task Passing_refusals_are_ridden_out()
    {
        using var lake = await LakeAsync(TimeSpan.FromSeconds(20));
        var number = 0;
        _proxy.Decide = _ => Interlocked.Increment(ref number) % 3 == 0 ? Fault.Refuse : Fault.None;

        for (var i = 0; i < 6; i++)
            (await lake.CommitRowsAsync(Given.Row(i))).Should().Be(i);

        (await lake.IdsAsync()).Should().Equal(Enumerable.Range(0, 6).Select(i => (long)i));
        number.Should().BeGreaterThan(15);
    }

    [Theory]
    [InlineData(nameof(Fault.Refuse))]
    [InlineData(nameof(Fault.DoAndRefuse))]
    [InlineData(nameof(Fault.DoAndKeepSilent))]
    [InlineData(nameof(Fault.Hold))]
    [InlineData(nameof(Fault.AnswerLate))]
    public async Task A_commit_without_an_answer_is_resolved_by_the_log_itself(string fault)
    {
        using var lake = await LakeAsync(TimeSpan.FromSeconds(2));
        await lake.CommitRowsAsync(Given.Row(0));
        var first = 1;
        _proxy.Decide = line => IsPut(line, FirstCommit) && Interlocked.Exchange(ref first, 0) == 1 ? Enum.Parse<Fault>(fault) : Fault.None;

        var outcome = await lake.CommitAsync(Given.Rows(Given.Row(1)));
        first.Should().Be(0);
        var late = await _proxy.ReleaseAsync();

        outcome.Should().Be(new CommitOutcome.Committed(1, 1));
        late.Should().HaveCount(fault == nameof(Fault.Hold) ? 1 : 0);
        late.Where(line => !line.Contains(" 409 ", StringComparison.Ordinal) && !line.Contains(" 412 ", StringComparison.Ordinal)).Should().BeEmpty("a late request finds the version taken");
        (await lake.CommitRowsAsync(Given.Row(2))).Should().Be(2);
        (await lake.IdsAsync()).Should().Equal(0, 1, 2);
    }

    [Fact]
    public async Task A_commit_that_another_took_while_the_store_was_silent_goes_behind_it()
    {
        using var lake = await LakeAsync(TimeSpan.FromSeconds(2));
        await lake.CommitRowsAsync(Given.Row(0));
        using var other = Open(Port, "other", TimeSpan.FromSeconds(20));
        var first = 1;
        _proxy.Decide = line =>
        {
            if (!IsPut(line, FirstCommit) || Interlocked.Exchange(ref first, 0) == 0)
                return Fault.None;
            other.CommitRowsAsync(Given.Row(9)).GetAwaiter().GetResult();
            return Fault.DoAndKeepSilent;
        };

        (await lake.CommitAsync(Given.Rows(Given.Row(1)))).Should().Be(new CommitOutcome.Committed(2, 1));

        (await lake.IdsAsync()).Should().Equal(0, 1, 9);
    }

    [Fact]
    public async Task A_commit_that_is_never_answered_is_unknown_and_neither_lost_nor_doubled_afterwards()
    {
        using var lake = await LakeAsync(TimeSpan.FromSeconds(1));
        await lake.CommitRowsAsync(Given.Row(0));
        var batch = Given.Rows(Given.Row(1)) with { Transaction = new("batch", 1) };
        _proxy.Decide = line => IsPut(line, FirstCommit) ? Fault.Hold : Fault.None;

        var outcome = await lake.CommitAsync(batch);
        _proxy.Decide = _ => Fault.None;
        var late = await _proxy.ReleaseAsync();

        outcome.Should().BeOfType<CommitOutcome.Unknown>().Which.Reason.Should().Contain("version 1");
        late.Should().HaveCountGreaterThan(1);
        late.Count(line => line.Contains(" 201 ", StringComparison.Ordinal) || line.Contains(" 200 ", StringComparison.Ordinal)).Should().Be(1);
        (await lake.CommitAsync(batch)).Should().BeOfType<CommitOutcome.AlreadyApplied>();
        (await lake.IdsAsync()).Should().Equal([0, 1], "the files of the unknown commit were left in place");
    }

    [Fact]
    public async Task A_store_that_is_away_is_an_error_with_its_place_and_without_the_key()
    {
        using var lake = await LakeAsync(TimeSpan.FromSeconds(1));
        _proxy.Decide = _ => Fault.Refuse;
        var read = async () => await lake.ReadAsync(Given.Readings);
        (await read.Should().ThrowAsync<IOException>()).Which.ToString().Should().Contain("500").And.Contain(_place[(_place.LastIndexOf("://", StringComparison.Ordinal) + 3)..].Split('/')[^2]).And.NotContain(Secret);
    }

    [Fact]
    public async Task An_answer_that_is_lost_while_data_is_sent_is_no_loss()
    {
        using var lake = await LakeAsync(TimeSpan.FromSeconds(2));
        var first = 1;
        _proxy.Decide = line => line.StartsWith("PUT", StringComparison.Ordinal) && line.Contains(".parquet") && Interlocked.Exchange(ref first, 0) == 1 ? Fault.DoAndKeepSilent : Fault.None;
        await lake.CommitRowsAsync(Given.Row(1));
        first.Should().Be(0);
        (await lake.IdsAsync()).Should().Equal(1);
    }

    public void Dispose()
    {
        _proxy.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private string _place = "";

    private async Task<Lake> LakeAsync(TimeSpan timeout)
    {
        _place = await PlaceAsync();
        return Open(_proxy.Port, "local", timeout);
    }

    private Lake Open(int port, string local, TimeSpan timeout) =>
        Lake.Open(Options(_place, port) with { LocalFolder = _folder[local], StoreTimeout = timeout, Sql = new() { Threads = 2, MemoryLimit = "1GB" } });

    private static bool IsPut(string line, string key) => line.StartsWith("PUT", StringComparison.Ordinal) && line.Contains(key, StringComparison.Ordinal);
}

public sealed class AzureFaultTests(Azurite azurite) : StoreFaultTests
{
    protected override int Port => azurite.Port;

    protected override string Secret => azurite.KeyForChildren;

    protected override async Task<string> PlaceAsync() => await azurite.ContainerAsync() + "/lake";

    protected override LakeOptions Options(string place, int port) => new(place.Replace($":{azurite.Port}/", $":{port}/", StringComparison.Ordinal)) { Credentials = azurite.Credentials };
}

public sealed class S3FaultTests(S3Server server) : StoreFaultTests
{
    protected override int Port => server.Port;

    protected override string Secret => server.Credentials().S3SecretKey!;

    protected override Task<string> PlaceAsync() => Task.FromResult(server.Bucket() + "/lake");

    protected override LakeOptions Options(string place, int port) => new(place) { Credentials = server.Credentials(port) };
}
