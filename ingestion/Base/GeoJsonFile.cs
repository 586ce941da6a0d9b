using System.Text;
using System.Text.Json;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Base;

/// <summary>A GeoJSON file that is read feature by feature: memory is that of the largest feature, whatever the file's size.</summary>
internal sealed class GeoJsonFile(string path, SourceContract contract, string expected)
{
    /// <summary>Bytes that one feature, or a file that is one, may have.</summary>
    private const int LargestFeature = 256 << 20;

    /// <summary>The root's <c>type</c>, as far as the file has been read.</summary>
    public string? Type { get; private set; }

    /// <summary>The name in the root's old <c>crs</c> member, as far as the file has been read.</summary>
    public string? Crs { get; private set; }

    /// <summary>Whether the root has a list of features, as far as the file has been read.</summary>
    public bool HasFeatures { get; private set; }

    /// <summary>Reads the file to its end: then its type and CRS are known, and that it is JSON.</summary>
    /// <exception cref="SourceFormatException">It is no JSON, or one of its features is too large.</exception>
    public void Check()
    {
        using var pass = new Pass(this, skips: true);
        while (pass.Next())
            continue;
    }

    /// <summary>The features of a collection; the file itself where it is one. Each is valid until the next is asked for.</summary>
    /// <exception cref="SourceFormatException">As <see cref="Check"/>.</exception>
    public IEnumerable<JsonElement> Features()
    {
        using var pass = new Pass(this, skips: false);
        for (var more = true; more;)
        {
            more = pass.Next();
            foreach (var feature in pass.Features)
                using (feature)
                    yield return feature.RootElement;
            pass.Features.Clear();
        }
    }

    /// <summary>A text; one with half a surrogate pair, which JSON can write and UTF-8 cannot, shows that it is damaged.</summary>
    public static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return TextFile.Undecodable.ToString();
        }
    }

    private StreamReader Open() => TextFile.Open(path, contract.Encoding);

    private SourceFormatException Refuse(string reason) => new(Path.GetFileName(path), reason, expected);

    /// <summary>One walk through the file, a stretch at a time.</summary>
    private sealed class Pass(GeoJsonFile file, bool skips) : IDisposable
    {
        private readonly StreamReader _text = file.Open();
        private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
        private readonly char[] _letters = new char[32 * 1024];
        private byte[] _bytes = new byte[256 * 1024];
        private int _filled;
        private JsonReaderState _state;
        private bool _isInFeatures;

        public List<JsonDocument> Features { get; } = [];

        /// <summary>Reads a stretch; false after the last.</summary>
        public bool Next()
        {
            var isLast = Fill();
            try
            {
                var used = Walk(isLast);
                _bytes.AsSpan(used, _filled - used).CopyTo(_bytes);
                _filled -= used;
            }
            catch (JsonException e)
            {
                throw file.Refuse($"is not well-formed JSON (line {e.LineNumber + 1})");
            }
            return !isLast;
        }

        public void Dispose()
        {
            _text.Dispose();
            Features.ForEach(f => f.Dispose());
        }

        private bool Fill()
        {
            if (_bytes.Length - _filled < _letters.Length * 3 + 4)
            {
                if (_filled > LargestFeature)
                    throw file.Refuse($"has a feature of more than {LargestFeature >> 20} MiB");
                Array.Resize(ref _bytes, _bytes.Length * 2);
            }
            var read = _text.ReadBlock(_letters);
            _filled += _encoder.GetBytes(_letters.AsSpan(0, read), _bytes.AsSpan(_filled), flush: read < _letters.Length);
            return read < _letters.Length;
        }

        /// <summary>Goes on as far as there are whole members and features, and says how many bytes they were.</summary>
        private int Walk(bool isLast)
        {
            var reader = new Utf8JsonReader(_bytes.AsSpan(0, _filled), isLast, _state);
            var before = reader;
            while (reader.Read() && One(ref reader))
                before = reader;
            // What is not there in whole is read again with the next stretch.
            _state = before.CurrentState;
            return (int)before.BytesConsumed;
        }

        /// <summary>False where the end of what the reader stands at is not there yet.</summary>
        private bool One(ref Utf8JsonReader reader)
        {
            if (_isInFeatures)
            {
                if (reader.TokenType == JsonTokenType.EndArray)
                {
                    _isInFeatures = false;
                    return true;
                }
                return Feature(ref reader);
            }
            if (reader.CurrentDepth == 0)
                return skips || file.Type != "Feature" || reader.TokenType != JsonTokenType.StartObject || Feature(ref reader);
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                return reader.TrySkip();
            var (isType, isCrs, isFeatures) = (reader.ValueTextEquals("type"), reader.ValueTextEquals("crs"), reader.ValueTextEquals("features"));
            if (!reader.Read())
                return false;
            if (isFeatures && reader.TokenType == JsonTokenType.StartArray)
                return _isInFeatures = file.HasFeatures = true;
            if (!isType && !isCrs)
                return reader.TrySkip();
            if (!JsonDocument.TryParseValue(ref reader, out var value))
                return false;
            using (value)
                if (isType)
                    file.Type = value.RootElement.ValueKind == JsonValueKind.String ? Text(value.RootElement) : null;
                else
                    file.Crs = NameOf(value.RootElement);
            return true;
        }

        private bool Feature(ref Utf8JsonReader reader)
        {
            if (skips)
                return reader.TrySkip();
            if (!JsonDocument.TryParseValue(ref reader, out var feature))
                return false;
            Features.Add(feature);
            return true;
        }

        private static string? NameOf(JsonElement crs) =>
            crs.ValueKind == JsonValueKind.Object && crs.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            && properties.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? Text(name) : null;
    }
}
