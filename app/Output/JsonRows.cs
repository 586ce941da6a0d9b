using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Plinth.Lakehouse.Engine;

namespace Plinth.App.Output;

/// <summary>
/// One JSON object a line. Timestamps are ISO 8601 with microseconds (<c>Z</c> for an instant, none for a wall-clock time), dates <c>YYYY-MM-DD</c>,
/// bytes hexadecimal text, integers beyond 2^53 text, decimals numbers with all their digits, NaN and infinities text, maps objects.
/// </summary>
internal static class JsonRows
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    internal static long Write(SqlResult result, Stream stream)
    {
        ArrayBufferWriter<byte> buffer = new(1 << 16);
        using Utf8JsonWriter json = new(buffer, Options);
        var names = result.Columns.Select(c => JsonEncodedText.Encode(c.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)).ToArray();
        var types = result.Columns.Select(c => ColumnShape.Parse(c.Type)).ToArray();
        long rows = 0;
        foreach (var row in result.Rows())
        {
            json.Reset();
            json.WriteStartObject();
            for (var i = 0; i < names.Length; i++)
            {
                json.WritePropertyName(names[i]);
                WriteValue(json, row[i], types[i]);
            }

            json.WriteEndObject();
            json.Flush();
            buffer.Write("\n"u8);
            if (buffer.WrittenCount > 1 << 15)
            {
                stream.Write(buffer.WrittenSpan);
                buffer.ResetWrittenCount();
            }

            rows++;
        }

        stream.Write(buffer.WrittenSpan);
        stream.Flush();
        return rows;
    }

    internal static void WriteValue(Utf8JsonWriter json, object? value, ColumnShape shape)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool b:
                json.WriteBooleanValue(b);
                break;
            case long l when Math.Abs((double)l) > 9007199254740992:
                json.WriteStringValue(l.ToString(CultureInfo.InvariantCulture));
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong or BigInteger:
                json.WriteStringValue(string.Format(CultureInfo.InvariantCulture, "{0}", value));
                break;
            case float f when !float.IsFinite(f):
                json.WriteStringValue(f.ToString(CultureInfo.InvariantCulture));
                break;
            case double d when !double.IsFinite(d):
                json.WriteStringValue(d.ToString(CultureInfo.InvariantCulture));
                break;
            case float f:
                json.WriteNumberValue((double)f);
                break;
            case double d:
                json.WriteNumberValue(d);
                break;
            case decimal m:
                json.WriteNumberValue(m);
                break;
            case DateTime or DateOnly or byte[]:
                json.WriteStringValue(ScalarText.Of(value));
                break;
            case object?[] fields when shape.Fields.Count == fields.Length:
                json.WriteStartObject();
                for (var i = 0; i < fields.Length; i++)
                {
                    json.WritePropertyName(shape.Fields[i].Name);
                    WriteValue(json, fields[i], shape.Fields[i].Shape);
                }

                json.WriteEndObject();
                break;
            case IReadOnlyDictionary<object, object?> map:
                json.WriteStartObject();
                foreach (var (key, item) in map)
                {
                    json.WritePropertyName(ScalarText.Of(key));
                    WriteValue(json, item, shape.Item);
                }

                json.WriteEndObject();
                break;
            case string s:
                json.WriteStringValue(s);
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list)
                    WriteValue(json, item, shape.Item);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(ScalarText.Of(value));
                break;
        }
    }
}

/// <summary>Scalars as text, the same in JSON, CSV and on the terminal.</summary>
internal static class ScalarText
{
    internal static string Of(object? value) => value switch
    {
        null => "",
        string s => s,
        bool b => b ? "true" : "false",
        DateTime { Kind: DateTimeKind.Utc } t => t.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        DateTime t => t.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        DateOnly d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        byte[] b => Convert.ToHexStringLower(b),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
