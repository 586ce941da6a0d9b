using System.Text.Json;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Base;

/// <summary>Reads outlines from GeoJSON (RFC 7946) by their layout; coordinates are in the layout's CRS whatever the standard says; a layout whose <c>crs</c> is <c>file</c> asks the old <c>crs</c> member.</summary>
/// <remarks>A column comes from the property of that name, else from the feature's own member (<c>id</c>). A record is one feature; its number counts from 1.</remarks>
internal sealed class GeoJsonReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : ILayoutReader
{
    /// <summary>Bytes that one file may have: it is held in memory.</summary>
    private const long Largest = 512L << 20;

    public string Name => "geojson";

    public string Expected => "GeoJSON: a FeatureCollection or a Feature with polygons";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName)
    {
        var text = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        return text.TrimStart(" \t\r\n"u8) is [(byte)'{', ..] && text.IndexOf("\"Feature"u8) >= 0;
    }

    public IReadOnlyList<string>? Columns(string path, SourceContract contract)
    {
        try
        {
            using var document = Parse(path, contract);
            return Features(document.RootElement) is { } features && features.FirstOrDefault() is { ValueKind: JsonValueKind.Object } first ? Names(first) : null;
        }
        catch (SourceFormatException)
        {
            return null;
        }
    }

    public ReadResult Read(FileInput input) => ReadItems.Gather(Stream(input));

    public IEnumerable<ReadItem> Stream(FileInput input)
    {
        using var document = Parse(input.Path, input.Contract);
        var file = Path.GetFileName(input.Path);
        if (Features(document.RootElement) is not { } features)
            throw new SourceFormatException(file, "is JSON of another kind", Expected);
        var header = input.Contract.Columns.Where(c => c.From is not null).Select(c => c.From!).Distinct(StringComparer.Ordinal).ToList();
        var dataset = datasets[input.Contract.Dataset];
        var mapper = new RowMapper(input, dataset, header, FeatureIds.For(input, dataset));
        var sourceCrs = CrsOf(document.RootElement, input.Contract.Crs);
        var (geom, bbox, crs) = (DatasetColumns.IndexOf(dataset, "geom"), DatasetColumns.IndexOf(dataset, "bbox"), DatasetColumns.IndexOf(dataset, "source_crs"));
        var number = 0L;
        foreach (var feature in features)
        {
            number++;
            var item = feature.ValueKind == JsonValueKind.Object
                ? mapper.Map([.. header.Select(name => Value(feature, name, input.Contract))], number)
                : mapper.Reject(number, "is no feature");
            if (item.Row is { } row)
            {
                var outline = Outline.Read(feature, input.Coordinates, sourceCrs, out var problem);
                if (outline is null)
                    item = mapper.Reject(number, problem!);
                else
                    (row[geom], row[bbox], row[crs]) = (outline.Wkb, outline.Bbox, sourceCrs);
            }
            yield return item;
        }
        if (number == 0)
            throw new SourceFormatException(file, "has no features", Expected);
    }

    /// <summary>The contract's CRS; where that leaves it to the file, the one of its <c>crs</c> member, else CRS84 as RFC 7946 has it.</summary>
    private static string CrsOf(JsonElement root, string declared)
    {
        if (!declared.Equals("file", StringComparison.OrdinalIgnoreCase))
            return declared;
        var named = root.TryGetProperty("crs", out var crs) && crs.ValueKind == JsonValueKind.Object && crs.TryGetProperty("properties", out var properties)
            && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? Text(name) : null;
        return named is null ? "OGC:CRS84" : CrsName.From(named) ?? named;
    }

    private JsonDocument Parse(string path, SourceContract contract)
    {
        var file = Path.GetFileName(path);
        if (new FileInfo(path).Length > Largest)
            throw new SourceFormatException(file, $"is larger than {Largest >> 20} MiB", $"{Expected}, cut into smaller files");
        try
        {
            using var text = TextFile.Open(path, contract.Encoding);
            return JsonDocument.Parse(text.ReadToEnd());
        }
        catch (JsonException e)
        {
            throw new SourceFormatException(file, $"is not well-formed JSON (line {e.LineNumber + 1})", Expected);
        }
    }

    private static IEnumerable<JsonElement>? Features(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            return null;
        if (type.ValueEquals("Feature"))
            return [root];
        return type.ValueEquals("FeatureCollection") && root.TryGetProperty("features", out var features) && features.ValueKind == JsonValueKind.Array
            ? features.EnumerateArray()
            : null;
    }

    private static List<string> Names(JsonElement feature) =>
        feature.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? [.. properties.EnumerateObject().Select(p => p.Name)]
            : [];

    private static string? Value(JsonElement feature, string name, SourceContract contract)
    {
        var own = contract.Settings.GetValueOrDefault(name) == "feature"; // settings: id: feature
        var value = default(JsonElement);
        var found = (!own && feature.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out value))
            || feature.TryGetProperty(name, out value);
        return !found ? null : value.ValueKind switch
        {
            JsonValueKind.String => Text(value),
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            _ => value.GetRawText(),
        };
    }

    /// <summary>The text; one with half a surrogate pair, which JSON can write and UTF-8 cannot, shows that it is damaged.</summary>
    private static string Text(JsonElement value)
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
}
