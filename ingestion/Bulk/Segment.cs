namespace Plinth.Ingestion.Bulk;

/// <summary>The rows of some lines of a stretch, column by column. Used again for the next stretch.</summary>
internal sealed class Segment(int columns)
{
    private int[] _lines = [];

    public long[][] Columns { get; } = [.. Enumerable.Repeat(Array.Empty<long>(), columns)];

    /// <summary>Line of each row, from 0 within the segment.</summary>
    public int[] Lines => _lines;

    public int Count { get; set; }

    /// <summary>Lines in it, blank ones too.</summary>
    public int LineCount { get; set; }

    /// <summary>Rejected lines; their numbers are within the segment, from 0.</summary>
    public List<RejectedRow> Rejected { get; } = [];

    /// <summary>Makes it empty, with room for so many rows.</summary>
    public void Clear(int room)
    {
        (Count, LineCount) = (0, 0);
        Rejected.Clear();
        if (_lines.Length >= room)
            return;
        room += room / 4; // the next stretch has a few more
        _lines = new int[room];
        for (var i = 0; i < Columns.Length; i++)
            Columns[i] = new long[room];
    }
}
