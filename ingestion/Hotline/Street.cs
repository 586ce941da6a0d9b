using System.Buffers.Binary;

namespace Plinth.Ingestion.Hotline;

/// <summary>Everything that bears one street's name: its lines, and the house numbers that the base knows on it. Streets of one name in several districts are told apart by the district's extent.</summary>
internal sealed class Street
{
    /// <summary>Farther apart than this, two numbers say nothing of what lies between them.</summary>
    private const double LongestGapM = 2000, StepM = 100;

    private readonly List<(int Number, string Text, Position At, double AccuracyM)> _numbers = [];
    private readonly List<Position> _line = [];
    private bool _sorted = true;

    /// <param name="number">As written, e.g. <c>12</c>, <c>12A</c>, <c>12-3</c>.</param>
    public void Add(string number, Position at, double accuracyM)
    {
        _numbers.Add((Leading(number), number, at, accuracyM));
        _sorted = false;
    }

    /// <summary>Takes the points of a line string as ISO well-known binary, or nothing of what is none.</summary>
    public bool AddLine(ReadOnlySpan<byte> wkb)
    {
        if (wkb.Length < 25 || wkb[0] != 1 || BinaryPrimitives.ReadInt32LittleEndian(wkb[1..]) != 2)
            return false;
        var count = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(wkb[5..]), (wkb.Length - 9) / 16);
        for (var i = 0; i < count; i++)
        {
            var next = new Position(BinaryPrimitives.ReadDoubleLittleEndian(wkb[(9 + i * 16)..]), BinaryPrimitives.ReadDoubleLittleEndian(wkb[(17 + i * 16)..]));
            if (i > 0)
                Between(_line[^1], next);
            _line.Add(next);
        }
        return count > 0;
    }

    /// <summary>Points along a straight piece, so that a point of the street is never far from its middle.</summary>
    private void Between(Position from, Position to)
    {
        var pieces = 2 * (int)Math.Ceiling(Math.Min(400, Box.Metres(from, to) / StepM) / 2);
        for (var i = 1; i < pieces; i++)
            _line.Add(new(from.X + (to.X - from.X) * i / pieces, from.Y + (to.Y - from.Y) * i / pieces));
    }

    public void AddPoint(Position at) => _line.Add(at);

    /// <summary>To be called when all is added: numbers in order, so that looking is only reading.</summary>
    public void Seal()
    {
        if (!_sorted)
            _numbers.Sort((a, b) => a.Number != b.Number ? a.Number.CompareTo(b.Number) : string.CompareOrdinal(a.Text, b.Text));
        _sorted = true;
    }

    /// <summary>Where a number is: its own point, or between its neighbours on the same side (of odd or of even numbers).</summary>
    public Place? At(ReadOnlySpan<char> number, Box? within)
    {
        if (Leading(number) is not (> 0 and var wanted))
            return null;
        (int Number, Position At)? below = null, above = null, anyBelow = null, anyAbove = null;
        (Position At, double AccuracyM)? main = null;
        foreach (var (n, text, at, accuracy) in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_numbers))
        {
            if (within is { } box && !box.Holds(at))
                continue;
            if (n == wanted)
            {
                if (number.SequenceEqual(text))
                    return new("", "address", at.X, at.Y, accuracy);
                main ??= (at, Math.Max(25, accuracy)); // 12A beside 12
            }
            else if (n < wanted)
                (anyBelow, below) = ((n, at), (n & 1) == (wanted & 1) ? (n, at) : below);
            else
            {
                anyAbove ??= (n, at);
                above ??= (n & 1) == (wanted & 1) ? (n, at) : null;
                if (above is not null)
                    break;
            }
        }
        if (main is { } whole)
            return new("", "address", whole.At.X, whole.At.Y, whole.AccuracyM);
        return Between(wanted, below, above) ?? Between(wanted, anyBelow, anyAbove);
    }

    /// <summary>The street's own point: that which is nearest to its middle, as exact as the street is long.</summary>
    public Place? Middle(Box? within)
    {
        var box = Box.Nothing;
        var (x, y, count) = (0.0, 0.0, 0);
        foreach (var at in Points(within))
            (box, x, y, count) = (box.With(at), x + at.X, y + at.Y, count + 1);
        if (count == 0)
            return null;
        var middle = new Position(x / count, y / count);
        var nearest = Points(within).MinBy(at => Box.Metres(at, middle));
        return new("", "street", nearest.X, nearest.Y, Math.Max(20, box.DiagonalM / 2));
    }

    private IEnumerable<Position> Points(Box? within) => (_line.Count > 0 ? _line : _numbers.Select(n => n.At)).Where(at => within is not { } box || box.Holds(at));

    private static Place? Between(int wanted, (int Number, Position At)? below, (int Number, Position At)? above)
    {
        if (below is not { } a || above is not { } b)
            return null;
        var gap = Box.Metres(a.At, b.At);
        if (gap > LongestGapM)
            return null;
        var share = (wanted - a.Number) / (double)(b.Number - a.Number);
        return new("", "interpolated", a.At.X + (b.At.X - a.At.X) * share, a.At.Y + (b.At.Y - a.At.Y) * share, Math.Max(20, gap / 2));
    }

    /// <summary>The number that a house number begins with; 0 where it begins with none.</summary>
    private static int Leading(ReadOnlySpan<char> number)
    {
        var value = 0;
        foreach (var c in number[..Math.Min(number.Length, 6)])
            if (char.IsAsciiDigit(c))
                value = value * 10 + (c - '0');
            else
                break;
        return value;
    }
}
