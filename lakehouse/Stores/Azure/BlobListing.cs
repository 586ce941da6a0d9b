using System.Globalization;
using System.Xml.Linq;

namespace Plinth.Lakehouse.Stores.Azure;

/// <summary>One page of List Blobs.</summary>
internal static class BlobListing
{
    /// <returns>Blobs and folders (ending with '/'), and where the next page begins.</returns>
    public static (IReadOnlyList<StoredObject> Items, string? Next) Read(BinaryData page)
    {
        using var stream = page.ToStream();
        var root = XDocument.Load(stream, LoadOptions.PreserveWhitespace).Root!;
        var items = root.Element("Blobs")?.Elements().Select(item => item.Name.LocalName == "BlobPrefix"
            ? new StoredObject(Name(item), 0, default)
            : new StoredObject(Name(item), (long?)item.Element("Properties")?.Element("Content-Length") ?? 0, Modified(item))).ToList() ?? [];
        return (items, (string?)root.Element("NextMarker") is { Length: > 0 } next ? next : null);
    }

    private static string Name(XElement item)
    {
        var name = item.Element("Name")!;
        return (string?)name.Attribute("Encoded") == "true" ? Uri.UnescapeDataString(name.Value) : name.Value;
    }

    private static DateTimeOffset Modified(XElement item) =>
        DateTimeOffset.TryParse((string?)item.Element("Properties")?.Element("Last-Modified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : default;
}
