using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Plinth.Sandbox.Scoring;

/// <summary>True values and answers of the same keys, side by side, as arrays.</summary>
internal sealed class JoinedRows
{
    private readonly Words _labels = new(), _groups = new();
    private readonly List<int> _truth = [], _answer = [], _group = [];
    private readonly List<double> _truthNumbers = [], _answerNumbers = [], _confidence = [];
    private int[]? _kept;

    public IReadOnlyList<string> Groups => [.. _groups.All.Order(StringComparer.Ordinal)];
    public double[] TruthNumbers => Kept(_truthNumbers);
    public double[] AnswerNumbers => Kept(_answerNumbers);
    public double[] Confidence => Kept(_confidence);

    /// <summary>Whether each label is right.</summary>
    public bool[] Right => [.. Kept(_truth).Zip(Kept(_answer), (truth, answer) => truth == answer)];

    /// <param name="labels">Whether values are labels; numbers otherwise.</param>
    /// <remarks>An answer to a key whose truth is not known counts for nothing.</remarks>
    /// <exception cref="InvalidDataException">A key has no answer.</exception>
    public static JoinedRows Read(byte[] truth, byte[] answers, bool labels)
    {
        var rows = new JoinedRows();
        // Both files are written by us in order of key; where they are not in the same order, answers are looked up.
        if (truth.AsSpan().Contains((byte)'"') || answers.AsSpan().Contains((byte)'"') || !rows.ReadInStep(truth, answers, labels))
        {
            rows = new();
            rows.ReadByKey(truth, answers, labels);
        }
        return rows;
    }

    /// <summary>The rows of one group.</summary>
    public JoinedRows Of(string group)
    {
        var number = _groups.Number(Encoding.UTF8.GetBytes(group));
        var kept = new List<int>();
        for (var i = 0; i < _group.Count; i++)
            if (_group[i] == number)
                kept.Add(i);
        var rows = (JoinedRows)MemberwiseClone();
        rows._kept = [.. kept];
        return rows;
    }

    public Confusion ToConfusion() => Confusion.Of(_labels.All, Kept(_truth), Kept(_answer));

    private T[] Kept<T>(List<T> values) => _kept is null ? [.. values] : [.. _kept.Select(i => values[i])];

    private bool ReadInStep(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> answers, bool labels)
    {
        NextLine(ref truth);
        NextLine(ref answers);
        while (!truth.IsEmpty && !answers.IsEmpty)
        {
            ReadOnlySpan<byte> t = NextLine(ref truth), a = NextLine(ref answers);
            var key = NextField(ref t);
            while (!key.SequenceEqual(NextField(ref a)))
            {
                if (answers.IsEmpty)
                    return false;
                a = NextLine(ref answers);
            }
            var value = NextField(ref t);
            var answer = NextField(ref a);
            Add(value, answer, t, a, labels);
        }
        return truth.IsEmpty;
    }

    private void ReadByKey(byte[] truth, byte[] answers, bool labels)
    {
        var byKey = CsvText.Read(Encoding.UTF8.GetString(answers)).Skip(1).ToDictionary(r => r.Fields[0], r => r.Fields, StringComparer.Ordinal);
        foreach (var (_, fields) in CsvText.Read(Encoding.UTF8.GetString(truth)).Skip(1))
        {
            if (!byKey.TryGetValue(fields[0], out var answer))
                throw new InvalidDataException("A key of the truth has no answer.");
            Add(Encoding.UTF8.GetBytes(fields[1]), Encoding.UTF8.GetBytes(answer[1]), Encoding.UTF8.GetBytes(fields.ElementAtOrDefault(2) ?? ""), Encoding.UTF8.GetBytes(answer.ElementAtOrDefault(2) ?? ""), labels);
        }
    }

    private void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> answer, ReadOnlySpan<byte> group, ReadOnlySpan<byte> confidence, bool labels)
    {
        if (labels)
        {
            _truth.Add(_labels.Number(truth));
            _answer.Add(_labels.Number(answer));
            _confidence.Add(confidence.IsEmpty ? 0 : Parse(confidence));
        }
        else
        {
            _truthNumbers.Add(Parse(truth));
            _answerNumbers.Add(Parse(answer));
        }
        if (!group.IsEmpty)
            _group.Add(_groups.Number(group));
    }

    private static double Parse(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out double value, out var read) && read == text.Length ? value : throw new InvalidDataException("A value is not a number.");

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[(end + 1)..];
        return line.TrimEnd((byte)'\r');
    }

    private static ReadOnlySpan<byte> NextField(ref ReadOnlySpan<byte> line)
    {
        var end = line.IndexOf((byte)',');
        var field = end < 0 ? line : line[..end];
        line = end < 0 ? [] : line[(end + 1)..];
        return field;
    }

    /// <summary>Words numbered in order of appearance.</summary>
    private sealed class Words
    {
        private readonly Dictionary<byte[], int> _numbers = new(Comparer.Instance);
        private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

        public Words() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

        public List<string> All { get; } = [];

        public int Number(ReadOnlySpan<byte> word)
        {
            if (_lookup.TryGetValue(word, out var number))
                return number;
            _lookup[word] = All.Count;
            All.Add(Encoding.UTF8.GetString(word));
            return All.Count - 1;
        }

        private sealed class Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
        {
            public static readonly Comparer Instance = new();

            public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);
            public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());
            public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
            public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

            public int GetHashCode(ReadOnlySpan<byte> alternate)
            {
                var hash = new HashCode();
                hash.AddBytes(alternate);
                return hash.ToHashCode();
            }
        }
    }
}
