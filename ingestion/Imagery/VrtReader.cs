using System.Text;
using System.Xml;
using System.Xml.Linq;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Imagery;

/// <summary>Reads GDAL's virtual raster (VRT): a scene whose pixels lie in other files. One row of <c>imagery.scene</c>.</summary>
/// <remarks>Its sources are named in the notes and looked for beside it, never opened; paths that lead elsewhere, to the network or into GDAL's virtual folders are not followed.</remarks>
internal sealed class VrtReader : IFileReader
{
    private const int MaximumBytes = 32 * 1024 * 1024;

    private static readonly TableName Table = new("imagery", "scene");

    public string Name => "vrt";

    public string Expected => "a GDAL virtual raster (XML with the root VRTDataset)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.IndexOf("<VRTDataset"u8) >= 0;

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var notes = new List<string>();
        var root = Parse(bytes);
        var (width, height) = (Size("rasterXSize"), Size("rasterYSize"));
        var bands = root.Elements("VRTRasterBand").ToList();
        var points = root.Element("GCPList");
        var control = points is null ? [] : ControlPoints(points);
        var transform = control.Length >= 18 ? GeoTransform.ThroughControlPoints(control, notes) : GeoTransform.FromGdal(root.Element("GeoTransform")?.Value);
        var wkt = (control.Length > 0 ? (string?)points!.Attribute("Projection") : null) ?? root.Element("SRS")?.Value;
        if (CelestialBody.NotEarth(wkt) is { } elsewhere)
            throw bytes.Refuse(elsewhere);
        var named = wkt is null ? null : CrsName.FromWkt(wkt) ?? CrsName.From(wkt) ?? (wkt.Contains('[', StringComparison.Ordinal) ? CrsName.Horizontal(wkt) : null);
        if (named is null)
            notes.Add("it names no CRS");
        var crs = CrsName.Of(named, input.Contract.Crs);
        Sources(root, input, notes);
        var items = root.Elements("Metadata").Elements("MDI").Where(m => m.Attribute("key") is not null)
            .GroupBy(m => (string)m.Attribute("key")!, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.First().Value, StringComparer.OrdinalIgnoreCase);
        var scene = new Scene("vrt", width, height, bands.Count, DataType((string?)bands.FirstOrDefault()?.Attribute("dataType")), crs, transform,
            Scene.Footprint(input, crs, transform, width, height, notes))
        {
            NoData = Scene.NoDataText(bands.FirstOrDefault()?.Element("NoDataValue")?.Value),
            Overviews = ((string?)root.Element("OverviewList"))?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length ?? 0,
            AcquiredAt = SceneMetadata.Acquired(items) ?? SceneMetadata.Parse(input.Contract.Settings.GetValueOrDefault("acquired_at")) ?? SceneMetadata.OfName(input.Path),
            ControlPoints = control.Length / 6,
        };
        return new([new(Table, [scene.Row(input, notes)])], []);

        int Size(string name) => int.TryParse((string?)root.Attribute(name), out var size) && size > 0 ? size : throw bytes.Refuse($"its {name} is no number above 0");
    }

    private static XElement Parse(ByteView bytes)
    {
        try
        {
            using var text = new MemoryStream(bytes.Read(0, bytes.Length, MaximumBytes));
            using var reader = XmlReader.Create(text, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaximumBytes });
            return DepthLimit.Load(reader) is { } root && root.Name.LocalName == "VRTDataset" ? root : throw bytes.Refuse("its root element is not VRTDataset");
        }
        catch (XmlException e)
        {
            throw bytes.Refuse($"it is no well-formed XML (line {e.LineNumber})");
        }
    }

    /// <summary>Six numbers a point: column, row, 0, x, y, z. X is the easting or longitude, whatever the axes of the CRS.</summary>
    private static double[] ControlPoints(XElement list)
    {
        var numbers = new List<double>();
        foreach (var point in list.Elements("GCP").Take(GeoTransform.MaximumControlPoints))
        {
            double[] values = [Number(point, "Pixel"), Number(point, "Line"), 0, Number(point, "X"), Number(point, "Y"), 0];
            if (Array.TrueForAll(values, double.IsFinite))
                numbers.AddRange(values);
        }
        return [.. numbers];

        static double Number(XElement point, string name) => Photos.XmpPose.Parse((string?)point.Attribute(name)) ?? double.NaN;
    }

    private static void Sources(XElement root, FileInput input, List<string> notes)
    {
        var names = root.Descendants("SourceFilename").Select(s => (Name: s.Value.Trim(), Beside: (string?)s.Attribute("relativeToVRT") == "1")).Distinct().ToList();
        if (names.Count == 0)
            return;
        var folder = Path.GetFullPath(Path.GetDirectoryName(Path.GetFullPath(input.Path))!) + Path.DirectorySeparatorChar;
        var there = names.Count(n => n.Beside && Path.GetFullPath(Path.Combine(folder, n.Name)) is var path && path.StartsWith(folder, StringComparison.Ordinal) && File.Exists(path));
        var shown = new StringBuilder();
        foreach (var (name, _) in names.Take(3))
            shown.Append(shown.Length > 0 ? ", " : "").Append(Rejections.Show(name, hidden: false));
        notes.Add($"its pixels lie in {names.Count} other file{(names.Count == 1 ? "" : "s")} ({shown}{(names.Count > 3 ? ", …" : "")}), of which {there} lie beside it");
    }

    private static string? DataType(string? gdal) => gdal switch
    {
        null => "uint8",
        "Byte" => "uint8",
        _ => gdal.ToLowerInvariant(),
    };
}
