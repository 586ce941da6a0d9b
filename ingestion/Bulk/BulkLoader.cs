using System.Collections.Concurrent;
using Plinth.Catalog;
using Plinth.Ingestion.Sensors;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion.Bulk;

/// <summary>Reads a large log stretch by stretch, on all cores, in memory that does not grow with the file. Gives one part a stretch.</summary>
internal sealed class BulkLoader : IDisposable
{
    private const int SegmentBytes = 2 << 20;

    private readonly BulkPlan _plan;
    private readonly StretchReader _stretches;
    private readonly BulkSql _sql;
    private readonly SensorRows _beside;
    private readonly BulkPart _part;
    private readonly ConcurrentBag<SegmentReader> _readers = [];
    private readonly List<Segment> _segments = [];
    private readonly int _segmentBytes;
    private readonly HashSet<int> _named = [];
    private readonly BulkRules? _rules;
    private readonly List<RejectedRow> _broken = [];

    private BulkLoader(BulkPlan plan, IReadOnlyDictionary<TableName, DatasetContract> datasets, Func<SqlDatabase> open, int stretch)
    {
        (_plan, _stretches, _sql, _segmentBytes) = (plan, new(plan.Input.Path, stretch), new(plan, open), Math.Min(SegmentBytes, stretch / 4));
        _part = new(plan);
        _rules = BulkRules.For(plan);
        _beside = SensorRows.For(plan.Input, datasets)!;
    }

    /// <summary>A loader for a file, or null where the file is to be read the careful way.</summary>
    /// <param name="least">Bytes from which a file is large.</param>
    public static BulkLoader? For(FileInput input, IReadOnlyDictionary<TableName, DatasetContract> datasets, Func<SqlDatabase> open, long least, int stretch)
    {
        if (!BulkPlan.Takes(input.Contract) || new FileInfo(input.Path).Length < least || !HasLines(input.Path))
            return null;
        IReadOnlyList<string>? header = null;
        if (input.Contract.Format == "csv" && (QuotedLineEnds.In(input.Path) || (header = new DelimitedReader(datasets).Columns(input.Path, input.Contract)) is null))
            return null;
        return new(new(input, datasets[input.Contract.Dataset], header), datasets, open, stretch);
    }

    /// <summary>How much of the file was read, 0 to 1.</summary>
    public double Done => _stretches.Length == 0 ? 1 : _stretches.Position / (double)_stretches.Length;

    /// <summary>The file's parts. A part is valid until the next is asked for.</summary>
    /// <param name="committed">Parts that the lake has already: they are passed over.</param>
    /// <param name="rejected">Makes a row of the table of rejections.</param>
    public IEnumerable<FilePart> Parts(int committed, Func<RejectedRow, object?[]> rejected)
    {
        while (_stretches.Next() is { } stretch)
        {
            if (stretch.Number <= committed && !stretch.Last)
                continue;
            var firstLines = Read(stretch);
            var rows = _part;
            rows.Fill(_segments, firstLines);
            _broken.Clear();
            if (_rules is not null)
                rows.Keep(i => _rules.Check(rows, i) is not { } bad || Leave(bad));
            var part = new FilePart(_plan.Input.Path, _plan.Input.Sha256, _plan.Input.Contract, stretch.Number)
            {
                Last = stretch.Last,
                Own = rows.Count > 0 ? _sql.Rows(rows) : null,
                OwnRows = rows.Count,
                Duplicates = rows.Duplicates,
            };
            for (var i = 0; i < rows.Count; i++)
                if (_named.Add((int)rows.Columns[^1][i]))
                    foreach (var item in _beside.Beside(rows.Stream(i), $"sha256:{_plan.Input.Sha256}#{rows.Lines[i]}"))
                        part.Add(item.Table, item.Row!);
            for (var s = 0; s < _segments.Count; s++)
                foreach (var bad in _segments[s].Rejected)
                    if (Worded(bad, firstLines[s]) is var worded)
                        part.Reject(worded, rejected(worded));
            foreach (var bad in _broken)
                part.Reject(bad, rejected(bad));
            yield return part;
        }
    }

    private bool Leave(RejectedRow bad)
    {
        _broken.Add(bad);
        return false;
    }

    public void Dispose()
    {
        _sql.Dispose();
        _stretches.Dispose();
    }

    /// <summary>Fills the segments; gives the line on which each begins.</summary>
    private long[] Read(Stretch stretch)
    {
        var cuts = new List<int> { 0 };
        while (cuts[^1] < stretch.Length)
        {
            var least = Math.Min(cuts[^1] + _segmentBytes, stretch.Length);
            var end = stretch.Bytes[least..].IndexOf((byte)'\n');
            cuts.Add(end < 0 ? stretch.Length : least + end + 1);
        }
        while (_segments.Count < cuts.Count - 1)
            _segments.Add(new(_plan.Mapped.Count + 1));
        _segments.RemoveRange(cuts.Count - 1, _segments.Count - cuts.Count + 1);
        Parallel.For(0, _segments.Count, s =>
        {
            var reader = _readers.TryTake(out var free) ? free : new(_plan);
            reader.Read(stretch.Bytes[cuts[s]..cuts[s + 1]], _segments[s], skipFirst: stretch.Number == 1 && s == 0 && _plan.Header is not null);
            _readers.Add(reader);
        });
        var firstLines = new long[_segments.Count];
        var line = stretch.FirstLine;
        for (var s = 0; s < firstLines.Length; s++)
        {
            firstLines[s] = line;
            line += _segments[s].LineCount;
        }
        return firstLines;
    }

    private RejectedRow Worded(RejectedRow bad, long firstLine)
    {
        var line = firstLine + bad.Line!.Value;
        if (bad.Column is null)
            return bad with { Line = line, Reason = $"{_plan.FileName}:{line} {bad.Reason}", Rule = Rules.RuleNames.Of(bad.Reason, isValue: false) };
        var target = _plan.Dataset.Columns[_plan.Targets[_plan.Mapped.FindIndex(c => c.From == bad.Column)]];
        return Rejections.OfValue(_plan.FileName, line, bad.Column, bad.Value.AsSpan(), target.Personal || target.Level >= Level.L3, bad.Reason);
    }

    /// <summary>Whether lines end with LF: those that end with CR alone are for the careful way.</summary>
    private static bool HasLines(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var head = new byte[64 << 10];
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return head.AsSpan(0, length).Contains((byte)'\n');
    }
}
