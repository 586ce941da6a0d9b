using System.Text.Json;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Ingestion.Rules;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Base;

/// <summary>Reads outlines from GeoJSON (RFC 7946) by their layout; coordinates are in the layout's CRS whatever the standard says; a layout whose <c>crs</c> is <c>file</c> asks the old <c>crs</c> member.</summary>
/// <remarks>A column comes from the property of that name, else from the feature's own member (<c>id</c>). A record is one feature; its number counts from 1.</remarks>
internal sealed class GeoJsonReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : ILayoutReader, IChecksRules
{
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
            var file = new GeoJsonFile(path, contract, Expected);
            foreach (var feature in file.Features())
                return feature.ValueKind == JsonValueKind.Object ? Names(feature) : null;
            foreach (var feature in file.Features()) // it is known now whether the file itself is one
                return Names(feature);
            return null;
        }
        catch (SourceFormatException)
        {
            return null;
        }
    }

    public ReadResult Read(FileInput input) => ReadItems.Gather(Stream(input));

    public IEnumerable<ReadItem> Stream(FileInput input)
    {
        var file = new GeoJsonFile(input.Path, input.Contract, Expected);
        file.Check();
        if (file.Type != "Feature" && !(file.Type == "FeatureCollection" && file.HasFeatures))
            throw new SourceFormatException(Path.GetFileName(input.Path), "is JSON of another kind", Expected);
        var header = input.Contract.Columns.Where(c => c.From is not null).Select(c => c.From!).Distinct(StringComparer.Ordinal).ToList();
        var dataset = datasets[input.Contract.Dataset];
        var mapper = new RowMapper(input, dataset, header, FeatureIds.For(input, dataset));
        var sourceCrs = CrsOf(file.Crs, input.Contract.Crs);
        var (geom, bbox, crs) = (DatasetColumns.IndexOf(dataset, "geom"), DatasetColumns.IndexOf(dataset, "bbox"), DatasetColumns.IndexOf(dataset, "source_crs"));
        var number = 0L;
        foreach (var feature in file.Features())
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
            throw new SourceFormatException(Path.GetFileName(input.Path), "has no features", Expected);
    }

    /// <summary>The contract's CRS; where that leaves it to the file, the one of its <c>crs</c> member, else CRS84 as RFC 7946 has it.</summary>
    private static string CrsOf(string? named, string declared) =>
        !declared.Equals("file", StringComparison.OrdinalIgnoreCase) ? declared
        : named is null ? "OGC:CRS84"
        : CrsName.From(named) ?? named;

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
            JsonValueKind.String => GeoJsonFile.Text(value),
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            _ => value.GetRawText(),
        };
    }
}
