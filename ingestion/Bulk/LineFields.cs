using System.Text.Json;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Bulk;

/// <summary>Where the fields that a layout uses are in one line. One a thread.</summary>
internal interface ILineFields
{
    /// <summary>Looks at a line; null, or why it is no record, as the end of a sentence.</summary>
    string? Read(ReadOnlySpan<byte> line);

    /// <summary>The field of the layout's column <paramref name="index"/>, without quotes; empty where there is none.</summary>
    ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, int index);
}

/// <summary>A line of delimited text. A quoted field ends on its line.</summary>
/// <param name="positions">Which field of the file each column of the layout is; -1 for none.</param>
internal sealed class DelimitedLine(byte delimiter, int fields, int[] positions) : ILineFields
{
    private readonly (int Start, int Length)[] _found = new (int, int)[fields];
    private byte[] _unquoted = [];

    public string? Read(ReadOnlySpan<byte> line)
    {
        int at = 0, count = 0;
        while (true)
        {
            int start = at, length;
            if (at < line.Length && line[at] == '"')
            {
                start = ++at;
                while (true)
                {
                    var step = line[at..].IndexOf((byte)'"');
                    if (step < 0)
                        return "opens a quote that is not closed on its line";
                    at += step + 1;
                    if (at >= line.Length || line[at] != '"')
                        break;
                    at++;
                }
                length = at - 1 - start;
                if (at < line.Length && line[at] != delimiter)
                    return "has text after a closing quote; write a quote inside a quoted field twice";
            }
            else
            {
                length = line[at..].IndexOf(delimiter);
                if (length < 0)
                    length = line.Length - at;
                at += length;
            }
            if (count < _found.Length)
                _found[count] = (start, length);
            count++;
            if (at >= line.Length)
                break;
            at++;
        }
        return count == fields ? null : $"has {count} {(count == 1 ? "field" : "fields")} instead of {fields}";
    }

    public ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, int index)
    {
        if (positions[index] < 0)
            return default;
        var (start, length) = _found[positions[index]];
        var raw = line.Slice(start, length);
        return start > 0 && line[start - 1] == '"' && raw.Contains((byte)'"') ? Quotes.Undouble(raw, (byte)'"', ref _unquoted) : raw;
    }
}

/// <summary>A line that is one JSON object. Of a name that is there twice the last value counts; an object or a list is taken as its JSON.</summary>
internal sealed class JsonLine(byte[][] names) : ILineFields
{
    private readonly (int Start, int Length)[] _found = new (int, int)[names.Length];
    private readonly byte[]?[] _unescaped = new byte[]?[names.Length];
    private readonly List<int> _order = []; // the column of each property of the line before: lines are mostly alike

    public string? Read(ReadOnlySpan<byte> line)
    {
        Array.Clear(_found);
        Array.Clear(_unescaped);
        var reader = new Utf8JsonReader(line);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return "is not a JSON object";
            var at = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var column = Column(ref reader, at++);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    reader.Skip();
                if (column >= 0)
                    Keep(ref reader, column, start);
            }
            return reader.Read() ? "has text after its JSON object" : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "is not a JSON object";
        }
    }

    public ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, int index) =>
        _unescaped[index] is { } text ? text : line.Slice(_found[index].Start, _found[index].Length);

    private void Keep(ref Utf8JsonReader reader, int column, int start)
    {
        _unescaped[column] = null;
        _found[column] = reader.TokenType switch
        {
            JsonTokenType.Null => default,
            JsonTokenType.String => (start + 1, reader.ValueSpan.Length),
            _ => (start, (int)reader.BytesConsumed - start),
        };
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
            _unescaped[column] = System.Text.Encoding.UTF8.GetBytes(reader.GetString()!);
    }

    private int Column(ref Utf8JsonReader reader, int at)
    {
        if (at < _order.Count && _order[at] >= 0 && reader.ValueTextEquals(names[_order[at]]))
            return _order[at];
        var column = -1;
        for (var i = 0; i < names.Length && column < 0; i++)
            if (reader.ValueTextEquals(names[i]))
                column = i;
        if (at < _order.Count)
            _order[at] = column;
        else if (at == _order.Count)
            _order.Add(column);
        return column;
    }
}
