using System.Xml;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads records out of XML by their layout, as a stream.</summary>
/// <remarks>
/// Setting <c>records</c>: the name of the records' elements. Columns are a record's attributes and the texts of its children, and the texts of elements that came before in the elements
/// around it, as <c>Description.IP</c>. No document type, no entity is ever resolved.
/// </remarks>
internal sealed class XmlRecords(IReadOnlyDictionary<TableName, DatasetContract> datasets) : RecordFileReader(datasets)
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreWhitespace = true, MaxCharactersInDocument = 4L << 30, CloseInput = true };

    public override string Name => "xml";

    public override string Expected => "XML";

    public override bool Recognises(ReadOnlySpan<byte> head, string fileName) => TextFile.LooksLikeText(head) && head.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'<', ..];

    protected override RecordFile Open(string path, SourceContract contract)
    {
        var element = contract.Settings.GetValueOrDefault("records") ?? throw new ContractException(contract.Name, ["setting 'records' is missing: the name of the records' elements"]);
        var file = Path.GetFileName(path);
        var records = Elements(path, element).GetEnumerator();
        Dictionary<string, string>? first = null;
        try
        {
            first = records.MoveNext() ? records.Current : null;
        }
        catch (XmlException e)
        {
            throw new SourceFormatException(file, $"is not well-formed XML ({e.Message})", HeaderCheck.Expected(contract));
        }
        if (first is null)
            throw new SourceFormatException(file, $"has no element '{element}'", HeaderCheck.Expected(contract));
        var header = first.Keys.Concat(contract.Columns.Where(c => c is { From: not null, Required: false }).Select(c => c.From!)).Distinct(StringComparer.Ordinal).ToList();
        return new(header, Records());

        IEnumerable<FileRecord> Records()
        {
            using (records)
            {
                var number = 0L;
                var more = true;
                while (more)
                {
                    var values = records.Current;
                    yield return new(++number, [.. header.Select(c => (object?)values.GetValueOrDefault(c))]);
                    string? broken = null;
                    try
                    {
                        more = records.MoveNext();
                    }
                    catch (XmlException e)
                    {
                        (more, broken) = (false, $"is the last that can be read: the XML breaks off after it ({e.Message})");
                    }
                    if (broken is not null)
                        yield return new(number + 1, [], broken);
                }
            }
        }
    }

    private static IEnumerable<Dictionary<string, string>> Elements(string path, string element)
    {
        using var xml = XmlReader.Create(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), Settings);
        var around = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = new List<string>();
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == element)
            {
                var values = new Dictionary<string, string>(around, StringComparer.Ordinal);
                Record(xml, values);
                yield return values;
            }
            else if (xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement)
                open.Add(xml.LocalName);
            else if (xml.NodeType == XmlNodeType.EndElement && open.Count > 0)
                open.RemoveAt(open.Count - 1);
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && open.Count > 0 && around.Count < 1000)
                around[string.Join('.', open.TakeLast(2))] = xml.Value;
        }
    }

    private static void Record(XmlReader xml, Dictionary<string, string> values)
    {
        var empty = xml.IsEmptyElement;
        for (var more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
            values[xml.LocalName] = xml.Value;
        xml.MoveToElement();
        if (empty)
            return;
        var (depth, name) = (xml.Depth, "");
        while (xml.Read() && xml.Depth > depth)
            if (xml.NodeType == XmlNodeType.Element)
                name = xml.LocalName;
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                values[name] = xml.Value;
    }
}
