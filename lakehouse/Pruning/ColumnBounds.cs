namespace Plinth.Lakehouse.Pruning;

/// <summary>What is known of one column in each file. A file without a bound keeps its place; <see cref="Known"/> says so.</summary>
internal sealed class ColumnBounds(ValueKind kind, int files)
{
    [Flags]
    public enum Known : byte
    {
        Nothing = 0,
        Min = 1,
        Max = 2,
        /// <summary>No row is null.</summary>
        NoNulls = 4,
        /// <summary>Each row is null.</summary>
        AllNull = 8,
    }

    public ValueKind Kind => kind;
    public Known[] Flags { get; } = new Known[files];
    private readonly long[] _wholeMin = kind == ValueKind.Whole ? new long[files] : [], _wholeMax = kind == ValueKind.Whole ? new long[files] : [];
    private readonly double[] _floatMin = kind == ValueKind.Floating ? new double[files] : [], _floatMax = kind == ValueKind.Floating ? new double[files] : [];
    private readonly decimal[] _decimalMin = kind == ValueKind.Decimal ? new decimal[files] : [], _decimalMax = kind == ValueKind.Decimal ? new decimal[files] : [];
    private readonly byte[]?[] _textMin = kind == ValueKind.Text ? new byte[files][] : [], _textMax = kind == ValueKind.Text ? new byte[files][] : [];

    /// <summary>Takes a bound of <paramref name="file"/>.</summary>
    public void Set(int file, Known which, PlanValue value)
    {
        Flags[file] |= which;
        var min = which == Known.Min;
        switch (kind)
        {
            case ValueKind.Whole: (min ? _wholeMin : _wholeMax)[file] = value.Whole; break;
            case ValueKind.Floating: (min ? _floatMin : _floatMax)[file] = value.Floating; break;
            case ValueKind.Decimal: (min ? _decimalMin : _decimalMax)[file] = value.Decimal; break;
            default: (min ? _textMin : _textMax)[file] = value.Text; break;
        }
    }

    /// <summary>Whether the file can hold a row that compares so with the value.</summary>
    public bool CanHold(int file, Comparison comparison, PlanValue value)
    {
        var known = Flags[file];
        if ((known & Known.AllNull) != Known.Nothing)
            return false;
        return comparison switch
        {
            Comparison.Less => (known & Known.Min) == Known.Nothing || Min(file, value) < 0,
            Comparison.LessOrEqual => (known & Known.Min) == Known.Nothing || Min(file, value) <= 0,
            Comparison.Greater => (known & Known.Max) == Known.Nothing || Max(file, value) > 0,
            Comparison.GreaterOrEqual => (known & Known.Max) == Known.Nothing || Max(file, value) >= 0,
            _ => ((known & Known.Min) == Known.Nothing || Min(file, value) <= 0) && ((known & Known.Max) == Known.Nothing || Max(file, value) >= 0),
        };
    }

    private int Min(int file, PlanValue value) => kind switch
    {
        ValueKind.Whole => _wholeMin[file].CompareTo(value.Whole),
        ValueKind.Floating => _floatMin[file].CompareTo(value.Floating),
        ValueKind.Decimal => _decimalMin[file].CompareTo(value.Decimal),
        _ => _textMin[file].AsSpan().SequenceCompareTo(value.Text),
    };

    private int Max(int file, PlanValue value) => kind switch
    {
        ValueKind.Whole => _wholeMax[file].CompareTo(value.Whole),
        ValueKind.Floating => _floatMax[file].CompareTo(value.Floating),
        ValueKind.Decimal => _decimalMax[file].CompareTo(value.Decimal),
        _ => _textMax[file].AsSpan().SequenceCompareTo(value.Text),
    };
}
