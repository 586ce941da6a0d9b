using System.Globalization;
using System.Text.RegularExpressions;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Turns one source value into one value of the dataset's type, or says why it cannot.</summary>
/// <remarks>
/// Blanks around a value do not count; a blank value is null. Numbers are written with a point, without thousands separators; with the layout's setting <c>decimal: ','</c> as 1.234,5.
/// </remarks>
internal sealed class FieldConverter
{
    private static readonly string[] IsoFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd",
    ];

    private readonly SourceColumn _column;
    private readonly LocalTimes _times;
    private readonly string[] _formats;
    private readonly Regex? _pattern;
    private readonly Kind _kind;
    private readonly bool _comma;
    private readonly Bulk.QuickTime? _quick;
    private readonly RecentTexts _texts = new();

    private FieldConverter(SourceColumn column, Kind kind, LocalTimes times, bool comma)
    {
        (_column, _kind, _times, _comma) = (column, kind, times, comma);
        _formats = column.Format?.Split('|') ?? IsoFormats;
        _quick = kind == Kind.Time ? Bulk.QuickTime.Compile(_formats[0]) : null;
        _pattern = column.Pattern is { } pattern ? new($"^(?:{pattern})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : null;
    }

    /// <summary>The converter of a column into a type.</summary>
    /// <exception cref="ContractException">No text becomes that type.</exception>
    public static FieldConverter For(SourceContract contract, SourceColumn column, DataType type, LocalTimes times) => new(column, type.ToString() switch
    {
        "string" => Kind.Text,
        "double" or "float" => Kind.Number,
        "long" => Kind.Long,
        "integer" => Kind.Integer,
        "boolean" => Kind.Boolean,
        "timestamp" => Kind.Time,
        _ => throw new ContractException(contract.Name, [$"column '{column.Name}' has type {type}, which no text becomes; map another column"]),
    }, times, contract.Settings.GetValueOrDefault("decimal") switch
    {
        null or "." => false,
        "," => true,
        var other => throw new ContractException(contract.Name, [$"setting 'decimal' is '{other}'; write '.' or ','"]),
    });

    private const int LongestQuick = 40;

    /// <summary>Why a required value that is not there is none.</summary>
    public const string Missing = "is missing; the layout requires it";

    /// <summary>What it makes.</summary>
    public Kind Target => _kind;

    /// <summary>The formats of times, in the order in which they are tried.</summary>
    public IReadOnlyList<string> Formats => _formats;

    /// <summary>Null for nothing.</summary>
    /// <param name="problem">Why the text is no value, as the end of a sentence; null where it is one.</param>
    public object? Convert(ReadOnlySpan<char> text, out string? problem)
    {
        problem = null;
        text = text.Trim();
        if (text.IsEmpty || IsNullValue(text))
        {
            if (_column.Required)
                problem = Missing;
            return null;
        }
        if (text.Contains(TextFile.Undecodable))
            return Fail(out problem, "has bytes that do not fit the layout's encoding; name the right one under 'encoding'");
        if (text.Contains('\0'))
            return Fail(out problem, "holds a NUL character");
        if (_pattern is not null && !Matches(_pattern, text))
            return Fail(out problem, $"does not match the pattern {_column.Pattern}");
        if (_comma && _kind is (Kind.Number or Kind.Long or Kind.Integer)) // 1.234,5
            return Typed(new string(text).Replace(".", "", StringComparison.Ordinal).Replace(',', '.'), out problem);
        return Typed(text, out problem);
    }

    private object? Typed(ReadOnlySpan<char> text, out string? problem)
    {
        problem = null;
        return _kind switch
        {
            Kind.Text => _texts.Of(text),
            Kind.Number => Number(text, out problem),
            Kind.Long => Whole(text, long.MinValue, long.MaxValue, out problem),
            Kind.Integer => Whole(text, int.MinValue, int.MaxValue, out problem) is long value ? (int)value : null,
            Kind.Boolean => Boolean(text, out problem),
            _ => Time(text, out problem),
        };
    }

    /// <summary>The same for a value that comes typed, e.g. from Parquet.</summary>
    public object? Convert(object? value, out string? problem)
    {
        switch (value, _kind)
        {
            case (null, _):
                return Convert(default(ReadOnlySpan<char>), out problem);
            case (double or float, Kind.Number):
                return InRange(System.Convert.ToDouble(value, CultureInfo.InvariantCulture), out problem);
            case (long or int or short or sbyte or byte or ushort or uint, Kind.Number):
                return InRange(System.Convert.ToDouble(value, CultureInfo.InvariantCulture), out problem);
            case (long or int or short or sbyte or byte or ushort or uint, Kind.Long or Kind.Integer) when _pattern is null && _column.NullValues.IsDefaultOrEmpty:
                var whole = System.Convert.ToInt64(value, CultureInfo.InvariantCulture);
                return Whole(whole, _kind == Kind.Integer ? int.MinValue : long.MinValue, _kind == Kind.Integer ? int.MaxValue : long.MaxValue, out problem) is long checkedWhole
                    ? _kind == Kind.Integer ? (int)checkedWhole : checkedWhole
                    : null;
            case (DateTime { Kind: DateTimeKind.Utc } instant, Kind.Time):
                problem = null;
                return LocalTimes.TryInstant(instant.Ticks, out var utc) ? utc : null;
            case (DateTime wall, Kind.Time):
                return Local(wall, out problem);
            case (DateTime time, _):
                return Convert(time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture), out problem);
            default:
                return Convert(System.Convert.ToString(value, CultureInfo.InvariantCulture).AsSpan(), out problem);
        }
    }

    private bool IsNullValue(ReadOnlySpan<char> text)
    {
        if (!_column.NullValues.IsDefaultOrEmpty)
            foreach (var value in _column.NullValues)
                if (text.SequenceEqual(value.AsSpan().Trim()))
                    return true;
        return false;
    }

    private static bool Matches(Regex pattern, ReadOnlySpan<char> text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private object? Number(ReadOnlySpan<char> text, out string? problem) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value)
            ? InRange(value, out problem)
            : Fail(out problem, text.Contains(',') ? "is not a finite number; write 12.5, not 12,5" : "is not a finite number");

    private object? InRange(double value, out string? problem)
    {
        if (!double.IsFinite(value))
            return Fail(out problem, "is not a finite number");
        problem = OutOfRange(value);
        return problem is null ? value * (_column.Factor ?? 1) + 0.0 : null; // no negative zero
    }

    private object? Whole(ReadOnlySpan<char> text, long smallest, long largest, out string? problem)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return Whole(value, smallest, largest, out problem);
        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && Math.Abs(number) < 1L << 53 && Math.Truncate(number) == number)
            return Whole((long)number, smallest, largest, out problem); // 3.0, as spreadsheets and data frames write 3
        return Fail(out problem, "is not a whole number");
    }

    private object? Whole(long value, long smallest, long largest, out string? problem)
    {
        problem = value < smallest || value > largest ? $"is outside {smallest} to {largest}" : OutOfRange(value);
        return problem is null ? value : null;
    }

    private string? OutOfRange(double value) =>
        value < _column.Minimum ? string.Create(CultureInfo.InvariantCulture, $"is less than {_column.Minimum}")
        : value > _column.Maximum ? string.Create(CultureInfo.InvariantCulture, $"is more than {_column.Maximum}")
        : null;

    private static object? Boolean(ReadOnlySpan<char> text, out string? problem)
    {
        problem = null;
        if (text is "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase) || text.Equals("yes", StringComparison.OrdinalIgnoreCase))
            return true;
        if (text is "0" || text.Equals("false", StringComparison.OrdinalIgnoreCase) || text.Equals("no", StringComparison.OrdinalIgnoreCase))
            return false;
        return Fail(out problem, "is neither true nor false");
    }

    private object? Time(ReadOnlySpan<char> text, out string? problem)
    {
        if (_quick is not null && text.Length <= LongestQuick && Quick(text, out var quick))
        {
            problem = null;
            return quick;
        }
        foreach (var format in _formats)
            if (DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var value))
            {
                if (value.Kind == DateTimeKind.Unspecified)
                    return Local(value, out problem);
                if (DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var offset)
                    && LocalTimes.TryInstant(offset.UtcTicks, out var utc))
                {
                    problem = null;
                    return utc;
                }
            }
        return Fail(out problem, $"is not a time of the form {(_column.Format ?? "yyyy-MM-dd HH:mm:ss").Replace("|", " or ", StringComparison.Ordinal)}");
    }

    /// <summary>A time of the first format, to the letter; what is not is left to .NET.</summary>
    private bool Quick(ReadOnlySpan<char> text, out DateTime utc)
    {
        utc = default;
        Span<byte> ascii = stackalloc byte[LongestQuick];
        return System.Text.Ascii.FromUtf16(text, ascii, out var length) == System.Buffers.OperationStatus.Done
            && _quick!.TryRead(ascii[..length], out var ticks, out var offset)
            && (offset is { } shift ? LocalTimes.TryInstant(ticks - shift, out utc) : _times.TryToUtc(new(ticks), out utc));
    }

    private object? Local(DateTime wall, out string? problem)
    {
        if (!_times.TryToUtc(wall, out var utc))
            return Fail(out problem, "never was on the clocks of the layout's time zone");
        problem = null;
        return utc;
    }

    private static object? Fail(out string? problem, string why)
    {
        problem = why;
        return null;
    }

    /// <summary>What a text becomes.</summary>
    internal enum Kind { Text, Number, Long, Integer, Boolean, Time }
}
