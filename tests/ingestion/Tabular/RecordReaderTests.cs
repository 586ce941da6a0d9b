using FsCheck;
using FsCheck.Fluent;
using Plinth.Ingestion.Tabular;

namespace Plinth.Tests.Tabular;

public class RecordReaderTests
{
    [Fact]
    public void Quoted_fields_may_hold_delimiters_line_ends_and_doubled_quotes() =>
        Read("a,\"b,1\",\"c\r\nd\",\"say \"\"no\"\"\"\r\nnext,,,\r\n").Should().Equal("1: a|b,1|c\r\nd|say \"no\"", "3: next|||");

    [Theory]
    [InlineData("a,b\nc,d\n")]
    [InlineData("a,b\r\nc,d\r\n")]
    [InlineData("a,b\rc,d\r")]
    [InlineData("a,b\nc,d")]
    public void Any_line_end_will_do_and_the_last_may_be_absent(string text) => Read(text).Should().Equal("1: a|b", "2: c|d");

    [Fact]
    public void Blank_lines_are_no_records_but_count() => Read("a,b\n\n  \nc,d\n\n").Should().Equal("1: a|b", "4: c|d");

    [Fact]
    public void A_quote_that_is_never_closed_costs_its_own_line_only() =>
        Read("a,b\nc,\"d\ne,f\n").Should().Equal("1: a|b", "2! opens a quote that is not closed", "3: e|f");

    [Fact]
    public void Text_after_a_closing_quote_is_a_fault() =>
        Read("a,\"b\"c\nd,e\n").Should().Equal("1! has text after a closing quote; write a quote inside a quoted field twice", "2: d|e");

    [Fact]
    public void A_quote_inside_an_unquoted_field_is_itself() => Read("5\" pipe,b\n").Should().Equal("1: 5\" pipe|b");

    [Fact]
    public void A_record_longer_than_the_limit_is_a_fault_and_the_next_line_is_read()
    {
        var huge = new string('x', 300_000);
        Read($"a,b\n{huge},c\nd,e\n", longest: 1000).Should().Equal("1: a|b", "2! is longer than 1000 characters", "3: d|e");
    }

    [Fact]
    public void Records_on_both_sides_of_a_buffers_end_are_whole()
    {
        var line = string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"field \"\"{i}\"\"\""));
        var text = string.Join("\r\n", Enumerable.Repeat(line, 200));
        var expected = string.Join('|', Enumerable.Range(0, 100).Select(i => $"field \"{i}\""));
        Read(text).Should().Equal(Enumerable.Range(1, 200).Select(i => $"{i}: {expected}"));
    }

    [Fact]
    public void What_is_written_by_the_rules_is_read_back() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<NonEmptyArray<string?>>>(),
        rows =>
        {
            var written = rows.Get.Select(r => r.Get.Select(f => f ?? "").Prepend("x").ToList()).ToList();
            var text = string.Concat(written.Select(r => string.Join(',', r.Select(f => $"\"{f.Replace("\"", "\"\"")}\"")) + "\r\n"));
            return Fields(text).SequenceEqual(written.Select(r => string.Join('|', r)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_read_to_its_end_whatever_the_buffers_size() => Prop.ForAll(
        Gen.Elements('"', ',', '\r', '\n', 'a', ' ').ListOf().Select(c => new string([.. c])).ToArbitrary(),
        text =>
        {
            var once = Read(text);
            var trickled = Read(new Trickle(text), RecordReader.LongestRecord);
            return once.SequenceEqual(trickled);
        }).QuickCheckThrowOnFailure();

    private static List<string> Read(string text, int longest = RecordReader.LongestRecord) => Read(new StringReader(text), longest);

    private static List<string> Read(TextReader text, int longest)
    {
        var reader = new RecordReader(text, ',', longest);
        var records = new List<string>();
        while (reader.Read())
            records.Add(reader.Fault is { } fault ? $"{reader.Line}! {fault}" : $"{reader.Line}: {Joined(reader)}");
        return records;
    }

    private static List<string> Fields(string text) => [.. Read(text).Select(r => r[(r.IndexOf(": ", StringComparison.Ordinal) + 2)..])];

    private static string Joined(RecordReader reader)
    {
        var fields = new List<string>();
        for (var i = 0; i < reader.Count; i++)
            fields.Add(reader[i].ToString());
        return string.Join('|', fields);
    }

    /// <summary>Gives one character at a time, as a slow stream does.</summary>
    private sealed class Trickle(string text) : TextReader
    {
        private int _at;

        public override int Read(char[] buffer, int index, int count)
        {
            if (_at == text.Length || count == 0)
                return 0;
            buffer[index] = text[_at++];
            return 1;
        }
    }
}
