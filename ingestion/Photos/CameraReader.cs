using System.Xml;
using System.Xml.Linq;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Photos;

/// <summary>Reads camera calibrations as photogrammetric programs export them (XML: <c>calibration</c> with <c>width, height, f</c> in pixels). One row of <c>imagery.camera</c> each.</summary>
internal sealed class CameraReader : IFileReader
{
    private const int Largest = 1 << 20;

    private static readonly TableName Camera = new("imagery", "camera");

    private static readonly XmlReaderSettings Strict = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    public string Name => "camera-calibration";

    public string Expected => "camera calibrations as XML (calibration with width, height and f in pixels)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) =>
        PlainText.Head(head) is var text && text.TrimStart().StartsWith('<') && text.Contains("<calibration", StringComparison.Ordinal) && text.Contains("<f>", StringComparison.Ordinal);

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        XDocument document;
        try
        {
            using var xml = XmlReader.Create(new MemoryStream(bytes.Read(0, bytes.Length, Largest)), Strict);
            document = Load(xml);
        }
        catch (XmlException e)
        {
            throw bytes.Refuse($"it is no well-formed XML: {e.Message}");
        }
        var (rows, rejected, number) = (new List<object?[]>(), new List<RejectedRow>(), 0);
        foreach (var calibration in document.Descendants("calibration").Where(c => c.Element("f") is not null))
        {
            number++;
            double? Value(string name) => PlainText.Number(calibration.Element(name)?.Value.Trim());
            // Some programs put the size on the sensor around it.
            double? Size(string name) => Value(name) ?? PlainText.Number(calibration.Element("resolution")?.Attribute(name)?.Value);
            if (Size("width") is > 0 and < 1e6 and var width && Size("height") is > 0 and < 1e6 and var height && Value("f") is { } focal && focal > 0.1 * Math.Max(width, height) && focal < 100 * Math.Max(width, height))
                rows.Add([$"urn:plinth:camera:sha256:{input.Sha256[..16]}:{number}", (int)width, (int)height, focal, Value("cx"), Value("cy"), Value("k1"), Value("k2"), Value("k3"), Value("p1"), Value("p2"),
                    $"sha256:{input.Sha256}#{number}", input.Folder]);
            else
                rejected.Add(new((calibration as IXmlLineInfo).LineNumber, "f", Rejections.Show(calibration.Element("f")?.Value ?? "", hidden: false), "is no calibration: width, height and a focal length f in pixels are wanted"));
        }
        return rows.Count > 0 ? new([new(Camera, rows)], rejected) : throw bytes.Refuse("it holds no calibration with width, height and f in pixels");
    }

    /// <summary>By hand, so that no depth of elements takes the stack.</summary>
    private static XDocument Load(XmlReader xml)
    {
        const int deepest = 64;
        var document = new XDocument();
        XContainer at = document;
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                if (xml.Depth > deepest)
                    throw new XmlException($"elements lie more than {deepest} deep");
                var element = new XElement(XName.Get(xml.LocalName), Attributes(xml));
                at.Add(element);
                if (!xml.IsEmptyElement)
                    at = element;
            }
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                at.Add(new XText(xml.Value));
            else if (xml.NodeType == XmlNodeType.EndElement)
                at = at.Parent ?? (XContainer)document;
        }
        return document;
    }

    private static List<XAttribute> Attributes(XmlReader xml)
    {
        var found = new Dictionary<string, XAttribute>(StringComparer.Ordinal);
        while (xml.MoveToNextAttribute())
            if (xml.NamespaceURI != "http://www.w3.org/2000/xmlns/")
                found.TryAdd(xml.LocalName, new(xml.LocalName, xml.Value));
        xml.MoveToElement();
        return [.. found.Values];
    }
}
