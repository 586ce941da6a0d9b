using System.Globalization;
using System.Text;

namespace Plinth.Catalog.Audit;

/// <summary>Number and hash of the last line, kept beside the chain so that lines cut off at its end are missed.</summary>
/// <remarks>86 bytes written in place by one call after the line is on disk: it may lag by the one line that a crash came after.</remarks>
internal readonly record struct AuditHead(long Number, string Hash)
{
    private const int Length = 20 + 1 + 64 + 1;

    public static AuditHead Empty => new(0, AuditLine.Genesis);

    /// <summary>Null when there is none, or none that can be read.</summary>
    public static AuditHead? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        var text = Encoding.ASCII.GetString(File.ReadAllBytes(path));
        return text.Length == Length && long.TryParse(text[..20], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(number, text[21..85])
            : null;
    }

    public void Write(string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Number:D20} {Hash}\n")));
        file.Flush(flushToDisk: true);
    }
}
