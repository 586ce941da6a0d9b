using System.Globalization;
using System.Xml;

namespace Plinth.Ingestion.Models;

/// <summary>Where a model's coordinates are: the CRS and origin of a reconstruction's <c>metadata.xml</c>.</summary>
/// <param name="Crs">As <c>EPSG:n</c> or WKT; null for a local one.</param>
/// <param name="Origin">Added to every coordinate; of <c>ENU:lat,lon</c> nothing is added.</param>
/// <param name="Tangent">Longitude, latitude, height of the place where an east-north-up plane touches; null for a CRS.</param>
internal sealed record ModelPlace(string? Crs, Corner Origin, Corner? Tangent)
{
    private const int Parents = 3;
    private const int MaximumBytes = 1 << 20;

    /// <summary>The metadata beside a model, or in one of the folders above it (<c>Data/Tile_…/</c> is two below); null where there is none that can be read.</summary>
    public static ModelPlace? Beside(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        for (var i = 0; i <= Parents && folder is not null; i++, folder = Path.GetDirectoryName(folder))
            if (Path.Combine(folder, "metadata.xml") is var file && File.Exists(file) && new FileInfo(file).Length <= MaximumBytes)
                return Parse(File.ReadAllText(file));
        return null;
    }

    /// <summary>Null where it is no <c>ModelMetadata</c> with an SRS.</summary>
    public static ModelPlace? Parse(string text)
    {
        string? srs = null, origin = null;
        try
        {
            using var xml = XmlReader.Create(new StringReader(text.TrimStart('\uFEFF')), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "ModelMetadata")
                return null;
            for (var more = xml.Read(); more;)
            {
                var name = xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement ? xml.LocalName : "";
                if (name == "SRS")
                    srs = xml.ReadElementContentAsString().Trim(); // stands behind the element then
                else if (name == "SRSOrigin")
                    origin = xml.ReadElementContentAsString().Trim();
                else
                    more = xml.Read();
            }
        }
        catch (XmlException)
        {
            return null;
        }
        if (srs is null)
            return null;
        var at = Numbers(origin ?? "") is [var x, var y, .. var rest] ? new Corner(x, y, rest.Length > 0 ? rest[0] : 0) : default;
        if (srs.StartsWith("ENU:", StringComparison.OrdinalIgnoreCase))
            return Numbers(srs[4..]) is [var latitude, var longitude, ..] && Math.Abs(latitude) <= 90 && Math.Abs(longitude) <= 180 ? new(null, at, new(longitude, latitude, 0)) : null;
        return new(CrsName.From(srs) ?? (srs.Contains('[', StringComparison.Ordinal) ? CrsName.FromWkt(srs) ?? CrsName.Horizontal(srs) : null), at, null);
    }

    private static double[] Numbers(string text)
    {
        var numbers = text.Split(',').Select(t => double.TryParse(t.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN).ToArray();
        return Array.TrueForAll(numbers, double.IsFinite) ? numbers : [];
    }
}
