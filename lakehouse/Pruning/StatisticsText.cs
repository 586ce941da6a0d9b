using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Plinth.Lakehouse.Pruning;

/// <summary>Bounds of one column out of <c>add.stats</c>: https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics.</summary>
internal sealed class StatisticsText(IReadOnlyList<byte[]> path, ValueKind kind, DataType type)
{
    /// <summary>Writers cut instants to milliseconds, upper bounds too, and those before 1970 not all to the same side.</summary>
    private const long CutOff = 999;

    private readonly bool _isSingle = type is DataType.Primitive { Name: "float" };
    private readonly bool _isTime = type is DataType.Primitive { Name: "timestamp" or "timestamp_ntz" };

    /// <summary>Reads the file's statistics into <paramref name="bounds"/>; damaged ones count as none.</summary>
    /// <param name="trustFloatingMax">Whether the upper bound of floating-point columns counts NaN, which is above all other values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read(ReadOnlySpan<byte> stats, ColumnBounds bounds, int file, bool trustFloatingMax)
    {
        try
        {
            var reader = new Utf8JsonReader(stats);
            long? rows = null, nulls = null;
            PlanValue? min = null, max = null;
            if (stats.IsEmpty)
                return;
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                switch (Part(ref reader))
                {
                    case Known.Rows: rows = reader.Read() ? Count(ref reader) : null; break;
                    case Known.Min when Find(ref reader): min = Value(ref reader, upper: false); break;
                    case Known.Max when Find(ref reader): max = Value(ref reader, upper: true); break;
                    case Known.Nulls when Find(ref reader): nulls = Count(ref reader); break;
                }
                End(ref reader);
            }
            if (min is not null)
                bounds.Set(file, ColumnBounds.Known.Min, min);
            if (max is not null && (kind != ValueKind.Floating || trustFloatingMax))
                bounds.Set(file, ColumnBounds.Known.Max, max);
            // With loose bounds a count of nulls can be trusted at its two ends only; those are all that is asked.
            if (nulls == 0)
                bounds.Flags[file] |= ColumnBounds.Known.NoNulls;
            else if (nulls is not null && nulls == rows)
                bounds.Flags[file] |= ColumnBounds.Known.AllNull;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            bounds.Flags[file] = ColumnBounds.Known.Nothing;
        }
    }

    private enum Known
    {
        Other,
        Rows,
        Min,
        Max,
        Nulls,
    }

    private static Known Part(ref Utf8JsonReader reader) => reader.ValueTextEquals("numRecords"u8) ? Known.Rows
        : reader.ValueTextEquals("minValues"u8) ? Known.Min
        : reader.ValueTextEquals("maxValues"u8) ? Known.Max
        : reader.ValueTextEquals("nullCount"u8) ? Known.Nulls
        : Known.Other;

    private static long? Count(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) ? count : null;

    /// <summary>From the name of one of the four parts to the column's value in it; stays within that part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Find(ref Utf8JsonReader reader)
    {
        foreach (var name in path)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (true)
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
                    return false;
                if (reader.ValueTextEquals(name))
                    break;
                reader.Read();
                reader.Skip();
            }
        }
        return reader.Read();
    }

    /// <summary>To the last token of the part at hand, wherever in it the reader stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void End(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
            reader.Read();
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= 1)
            reader.Skip();
        while (reader.CurrentDepth > 1 && reader.Read())
        {
        }
    }

    private PlanValue? Value(ref Utf8JsonReader reader, bool upper)
    {
        switch (kind, reader.TokenType)
        {
            case (ValueKind.Whole, JsonTokenType.Number) when reader.TryGetInt64(out var whole):
                return new(kind, "", Whole: whole);
            case (ValueKind.Whole, JsonTokenType.String):
                return Instant(reader.GetString()!, type) is { } instant ? new(kind, "", Whole: !_isTime ? instant : upper ? instant + CutOff : instant - CutOff) : null;
            case (ValueKind.Floating, JsonTokenType.Number):
                return PlanValue.Finite(reader.GetDouble(), single: _isSingle);
            case (ValueKind.Decimal, JsonTokenType.Number) when reader.TryGetDecimal(out var number):
                return new(kind, "", Decimal: number);
            case (ValueKind.Decimal, JsonTokenType.String) when decimal.TryParse(reader.GetString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var number):
                return new(kind, "", Decimal: number);
            case (ValueKind.Text, JsonTokenType.String):
                return new(kind, "", Text: Encoding.UTF8.GetBytes(reader.GetString()!));
            default:
                return null;
        }
    }

    /// <summary>Days of a date, microseconds of a time (a zone-less one is UTC); null for another text.</summary>
    internal static long? Instant(string text, DataType type)
    {
        if (type is DataType.Primitive { Name: "date" })
            return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day.DayNumber - new DateOnly(1970, 1, 1).DayNumber : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond : null;
    }
}
