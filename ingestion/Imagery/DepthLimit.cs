using System.Xml;
using System.Xml.Linq;

namespace Plinth.Ingestion.Imagery;

/// <summary>Loads XML of others: elements nested deeper than sane would overflow the stack.</summary>
internal static class DepthLimit
{
    private const int Deepest = 64;

    /// <exception cref="XmlException">Not well-formed, or nested too deeply.</exception>
    public static XElement? Load(XmlReader reader)
    {
        XElement? root = null, open = null;
        while (reader.Read())
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (reader.Depth > Deepest)
                        throw new XmlException("nested too deeply", null, (reader as IXmlLineInfo)?.LineNumber ?? 0, 0);
                    var element = new XElement(reader.LocalName);
                    for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
                        if (reader.Prefix != "xmlns" && reader.Name != "xmlns")
                            element.SetAttributeValue(reader.LocalName, reader.Value);
                    reader.MoveToElement();
                    open?.Add(element);
                    root ??= element;
                    if (!reader.IsEmptyElement)
                        open = element;
                    break;
                case XmlNodeType.EndElement:
                    open = open?.Parent;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    open?.Add(new XText(reader.Value));
                    break;
            }
        return root;
    }
}
