using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Plinth.Catalog;
using Plinth.Catalog.Audit;

namespace Plinth.Tests.Catalog;

public sealed class AuditTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("audit");

    private string Lines => _folder["audit.jsonl"];

    private string Head => _folder["audit.head"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_appended_is_read_back_and_the_chain_holds()
    {
        var chain = Chain();

        chain.Append("door.granted", "vendor:甲", Details("purpose", "a \"b\"\n\\ \u0001 空 \ud83d\ude00")).Should().Be(1);
        chain.Append("door.refused", "vendor:b", Details("reason", "")).Should().Be(2);

        chain.Read().Select(e => (e.Number, e.Action, e.Principal)).Should().Equal((1, "door.granted", "vendor:甲"), (2, "door.refused", "vendor:b"));
        chain.Read().First().Details.Should().Equal(Details("purpose", "a \"b\"\n\\ \u0001 空 \ud83d\ude00"));
        chain.Verify().Should().Be(new AuditVerdict(2, chain.Read().Last().Hash, null, null));
    }

    [Fact]
    public void A_hash_is_the_SHA256_of_the_hash_before_and_the_canonical_line()
    {
        var entry = new AuditEntry(1, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "a.b", "p", new Dictionary<string, string> { ["z"] = "1", ["a"] = "\t" }, "");

        CanonicalJson.Of(entry, withHash: false).Should().Be("""{"action":"a.b","at":"2026-01-02T03:04:05.000000Z","details":{"a":"\t","z":"1"},"n":1,"principal":"p"}""");
        AuditLine.Hash(AuditLine.Genesis, entry).Should().Be(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
            Encoding.UTF8.GetBytes(new string('0', 64) + """{"action":"a.b","at":"2026-01-02T03:04:05.000000Z","details":{"a":"\t","z":"1"},"n":1,"principal":"p"}"""))));
    }

    [Fact]
    public void Any_text_survives_the_line_it_is_written_to() =>
        Prop.ForAll<string, string>((key, value) =>
        {
            var entry = new AuditEntry(7, DateTimeOffset.UnixEpoch, AuditLine.Clean(key ?? ""), AuditLine.Clean(value ?? ""), Details(AuditLine.Clean(key ?? ""), AuditLine.Clean(value ?? "")), "x");
            return AuditLine.Parse(AuditLine.Bytes(entry).AsSpan()[..^1])!.Details.Single().Value == AuditLine.Clean(value ?? "");
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("changed", 3)]
    [InlineData("rehashed", 4)]
    [InlineData("blank added", 3)]
    [InlineData("removed", 3)]
    [InlineData("reordered", 3)]
    [InlineData("doubled", 4)]
    [InlineData("first removed", 1)]
    [InlineData("two cut off", 4)]
    [InlineData("last cut off", 5)]
    [InlineData("all gone", 1)]
    [InlineData("emptied", 1)]
    [InlineData("head gone", 1)]
    [InlineData("head turned back", 4)]
    public void Whatever_is_done_to_the_file_is_seen_at_its_line(string what, long brokenAt)
    {
        var chain = Filled(5);
        var lines = File.ReadAllLines(Lines).ToList();
        Tamper(what, lines);

        chain.Verify().BrokenAt.Should().Be(brokenAt);
    }

    [Theory]
    [InlineData("last cut off")]
    [InlineData("two cut off")]
    [InlineData("all gone")]
    [InlineData("head gone")]
    public void Nothing_is_added_to_a_chain_whose_end_is_not_the_one_written_last(string what)
    {
        var chain = Filled(5);
        Tamper(what, [.. File.ReadAllLines(Lines)]);

        chain.Invoking(c => c.Append("a.b", "p", Details("k", "v"))).Should().Throw<AuditBrokenException>().WithMessage("*plinth audit verify*");
    }

    [Fact]
    public void A_crash_between_line_and_head_heals_by_itself()
    {
        var chain = Filled(3);
        var lagging = File.ReadAllBytes(Head);
        chain.Append("a.b", "p", Details("k", "4"));
        File.WriteAllBytes(Head, lagging);

        chain.Verify().BrokenAt.Should().BeNull();
        chain.Append("a.b", "p", Details("k", "5")).Should().Be(5);
        chain.Verify().Should().BeEquivalentTo(new { Lines = 5L, BrokenAt = (long?)null });
    }

    [Fact]
    public void A_crash_before_the_first_head_heals_by_itself()
    {
        var chain = Filled(1);
        File.Delete(Head);

        chain.Append("a.b", "p", Details("k", "2")).Should().Be(2);
        chain.Verify().BrokenAt.Should().BeNull();
    }

    [Fact]
    public void Any_part_of_a_line_that_a_crash_left_is_kept_aside_and_noted()
    {
        var chain = Filled(2);
        var next = """{"action":"a.b","at":"2026-01-02T0""";
        for (var torn = 1; torn < 4; torn++)
        {
            File.AppendAllText(Lines, next[..(torn * 10)]);
            chain.Verify().Should().BeEquivalentTo(new { BrokenAt = (long?)null, Reason = $"{torn * 10} bytes of an unfinished line stand at the end; the next line sets them aside" });

            chain.Append("a.b", "p", Details("torn", torn.ToString()));

            var note = chain.Read().Reverse().Skip(1).First();
            note.Action.Should().Be("audit.healed");
            File.ReadAllText(_folder[note.Details.Keys.Single()]).Should().Be(next[..(torn * 10)]);
        }
        chain.Verify().Should().BeEquivalentTo(new { Lines = 2L + 3 * 2, BrokenAt = (long?)null, Reason = (string?)null });
    }

    [Fact]
    public void A_crash_while_healing_loses_neither_the_torn_bytes_nor_the_note()
    {
        var chain = Filled(2);
        File.AppendAllText(Lines, "{\"first");
        new AuditFile(_folder.Path).SetTornAside(3).Keys.Should().Equal("audit.torn-3"); // set aside, then the crash comes before the note is written
        File.AppendAllText(Lines, "{\"second");                                      // ... and here in the middle of the note

        chain.Append("a.b", "p", Details("k", "v")).Should().Be(4);

        chain.Read().ElementAt(2).Details.Keys.Should().Equal("audit.torn-3", "audit.torn-3.2");
        chain.Append("a.b", "p", Details("k", "v")).Should().Be(5);
        chain.Verify().BrokenAt.Should().BeNull();
    }

    [Fact]
    public void Four_threads_with_chains_of_their_own_lose_no_line()
    {
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, t =>
        {
            var chain = Chain();
            for (var i = 0; i < 25; i++)
                chain.Append("a.b", $"thread:{t}", Details("i", i.ToString()));
        });

        Chain().Verify().Should().BeEquivalentTo(new { Lines = 100L, BrokenAt = (long?)null });
        Chain().Read().GroupBy(e => e.Principal).Should().OnlyContain(g => g.Count() == 25);
    }

    [Fact]
    public void Four_processes_append_and_two_that_are_killed_leave_a_chain_that_holds()
    {
        var steady = Enumerable.Range(0, 4).Select(i => AuditWriter.Start(_folder.Path, $"steady:{i}", 40)).ToList();
        var killed = Enumerable.Range(0, 2).Select(i => AuditWriter.Start(_folder.Path, $"killed:{i}", int.MaxValue)).ToList();
        try
        {
            foreach (var process in steady)
                process.WaitForExit(60_000).Should().BeTrue();
            SpinWait.SpinUntil(() => killed.TrueForAll(p => Chain().Read().Any(e => e.Principal.StartsWith("killed", StringComparison.Ordinal))), 30_000).Should().BeTrue();
        }
        finally
        {
            foreach (var process in killed.Concat(steady))
                process.Kill();
        }
        foreach (var process in killed)
            process.WaitForExit();

        var chain = Chain();
        chain.Append("a.b", "p", Details("after", "the kill"));
        chain.Verify().BrokenAt.Should().BeNull();
        chain.Read().Where(e => e.Principal.StartsWith("steady", StringComparison.Ordinal)).GroupBy(e => e.Principal).Select(g => g.Count()).Should().Equal(40, 40, 40, 40);
    }

    private void Tamper(string what, List<string> lines)
    {
        switch (what)
        {
            case "changed": lines[2] = lines[2].Replace("\"v3\"", "\"v9\""); break;
            case "rehashed": lines[2] = Rehash(lines[2].Replace("\"v3\"", "\"v9\""), AuditLine.Parse(Encoding.UTF8.GetBytes(lines[1]))!.Hash); break;
            case "blank added": lines[2] = lines[2].Replace("\"action\":", "\"action\": "); break;
            case "removed": lines.RemoveAt(2); break;
            case "reordered": (lines[2], lines[3]) = (lines[3], lines[2]); break;
            case "doubled": lines.Insert(3, lines[2]); break;
            case "first removed": lines.RemoveAt(0); break;
            case "two cut off": lines.RemoveRange(3, 2); break;
            case "last cut off": lines.RemoveAt(4); break;
            case "all gone": File.Delete(Lines); return;
            case "emptied": lines.Clear(); break;
            case "head gone": File.Delete(Head); return;
            case "head turned back": new AuditHead(3, AuditLine.Parse(Encoding.UTF8.GetBytes(lines[2]))!.Hash).Write(Head); return;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }
        File.WriteAllText(Lines, string.Concat(lines.Select(l => l + "\n")));
    }

    /// <summary>What somebody would do who knows the format but cannot change what follows.</summary>
    private static string Rehash(string line, string previous)
    {
        var entry = AuditLine.Parse(Encoding.UTF8.GetBytes(line))!;
        return CanonicalJson.Of(entry with { Hash = AuditLine.Hash(previous, entry) }, withHash: true);
    }

    private AuditChain Filled(int lines)
    {
        var chain = Chain();
        for (var i = 1; i <= lines; i++)
            chain.Append("a.b", "p", Details("k", $"v{i}"));
        return chain;
    }

    private AuditChain Chain() => new(_folder.Path, TimeProvider.System);

    private static Dictionary<string, string> Details(string key, string value) => new(StringComparer.Ordinal) { [key] = value };
}
