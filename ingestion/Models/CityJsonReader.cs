using System.Text.Json;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Models;

/// <summary>Reads CityJSON 1.0 to 2.0: one row of <c>model.asset</c>, and one of <c>model.object</c> a city object.</summary>
/// <remarks>
/// The CRS is the one of <c>metadata.referenceSystem</c>, else the contract's; without one, objects have no place. Heights are metres in the
/// source's vertical system. An object whose geometry cannot be read (a vertex that is not there) is rejected by its id; the others stay.
/// </remarks>
internal sealed class CityJsonReader : IFileReader
{
    private const int MaximumBytes = 1 << 30;

    public string Name => "cityjson";

    public string Expected => "a CityJSON file of version 1.0 to 2.0";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName)
    {
        var text = CityJsonText.TrimStart(head);
        return text.StartsWith("{"u8) && fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && !CityJsonText.HasSeveralLines(text)
            && (text.IndexOf("\"CityJSON\""u8) >= 0 || text.IndexOf("\"CityObjects\""u8) >= 0 || (text.IndexOf("\"vertices\""u8) >= 0 && text.IndexOf("\"geometricError\""u8) < 0 && text.IndexOf("\"asset\""u8) < 0)
                || fileName.EndsWith(".city.json", StringComparison.OrdinalIgnoreCase));
    }

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var part = CityJsonText.Header(bytes, bytes.Read(0, bytes.Length, MaximumBytes));
        if (!part.HasObjects)
            throw bytes.Refuse("it has no CityObjects");
        var model = new CityModel(input, CrsName.Of(part.Crs, input.Contract.Crs));
        var vertices = CityVertices.Of(part);
        part.ForEachObject((id, json) => model.Add(id, json, vertices));
        return model.Finish("cityjson", part.Version, CityJsonText.Notes(part, input.Path), CityJsonText.TextureBytes(part, input.Path));
    }
}

/// <summary>Reads CityJSON text sequences: a header, then a feature a line, each with vertices of its own.</summary>
/// <remarks>As <see cref="CityJsonReader"/>, line by line, so that memory does not grow with the file; a line that is no feature is rejected with its number.</remarks>
internal sealed class CityJsonSeqReader : ILayoutReader
{
    public string Name => "cityjsonseq";

    public string Expected => "a CityJSON text sequence (one header line, then one CityJSONFeature a line)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName)
    {
        var text = CityJsonText.TrimStart(head);
        return text.StartsWith("{"u8) && (CityJsonText.HasSeveralLines(text) || fileName.EndsWith("jsonl", StringComparison.OrdinalIgnoreCase))
            && text.IndexOf("\"CityJSON\""u8) >= 0;
    }

    public IReadOnlyList<string>? Columns(string path, SourceContract contract) => [];

    public ReadResult Read(FileInput input) => ReadItems.Gather(Stream(input));

    public IEnumerable<ReadItem> Stream(FileInput input) => Stream(ByteView.Open(input.Path, Expected), input);

    internal static ReadResult Read(ByteView bytes, FileInput input) => ReadItems.Gather(Stream(bytes, input));

    private static IEnumerable<ReadItem> Stream(ByteView opened, FileInput input)
    {
        using var bytes = opened;
        CityJsonPart? header = null;
        CityModel? model = null;
        foreach (var (number, line) in CityJsonText.Lines(bytes))
        {
            if (model is null || header is null)
            {
                header = CityJsonText.Header(bytes, line);
                model = new(input, CrsName.Of(header.Crs, input.Contract.Crs));
                Add(model, header, header, number);
            }
            else
            {
                AddFeature(model, header, line, number);
            }
            foreach (var item in model.Drain())
                yield return item;
        }
        if (model is null || header is null)
            throw bytes.Refuse("it is empty");
        foreach (var item in ReadItems.Stream(model.Finish("cityjsonseq", header.Version, CityJsonText.Notes(header, input.Path), CityJsonText.TextureBytes(header, input.Path))))
            yield return item;
    }

    private static void AddFeature(CityModel model, CityJsonPart header, ReadOnlyMemory<byte> line, long number)
    {
        try
        {
            var feature = CityJsonPart.Parse(line);
            if (feature.Type != "CityJSONFeature")
                model.Reject(number, "type", feature.Type, "the line is no CityJSONFeature");
            else
                Add(model, header, feature, number);
        }
        catch (JsonException wrong)
        {
            model.Reject(number, null, null, $"the line is no JSON: {wrong.Message}");
        }
    }

    private static void Add(CityModel model, CityJsonPart header, CityJsonPart part, long number)
    {
        var vertices = CityVertices.Of(part, header);
        part.ForEachObject((id, json) => model.Add(id, json, vertices, number));
    }
}
