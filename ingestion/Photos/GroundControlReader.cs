using Plinth.Lakehouse;

namespace Plinth.Ingestion.Photos;

/// <summary>Reads a list of ground control marks (first line the CRS, then X Y Z column row image, perhaps a name). One row of <c>imagery.ground_control</c> a sighting.</summary>
internal sealed class GroundControlReader : IFileReader
{
    private static readonly TableName Control = new("imagery", "ground_control");

    public string Name => "ground-control";

    public string Expected => "a list of ground control marks (first line the CRS, then X Y Z column row image)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName)
    {
        var lines = PlainText.Head(head).Split('\n', 3);
        return lines.Length >= 2 && PlainText.Crs(lines[0]) is not null && PlainText.Values(lines[1].Trim()) is { Length: >= 6 } values && values.Take(5).All(v => PlainText.Number(v) is not null);
    }

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var (rows, rejected) = (new List<object?[]>(), new List<RejectedRow>());
        string? crs = null;
        foreach (var (number, line) in PlainText.Lines(PlainText.Read(bytes)))
        {
            if (crs is null)
            {
                if (CelestialBody.NotEarth(line) is { } elsewhere)
                    throw bytes.Refuse(elsewhere);
                crs = CrsName.Of(PlainText.Crs(line), input.Contract.Crs) ?? throw bytes.Refuse("its first line names no CRS that is known");
                continue;
            }
            if (line.Trim() is not { Length: > 0 } content || content[0] == '#')
                continue;
            if (Row(PlainText.Values(content), crs, number, input) is { } row)
                rows.Add(row);
            else
                rejected.Add(new(number, null, Rejections.Show(line, hidden: false), $"is no mark: X Y Z column row image, in {Extent.Shorten(crs)} with the easting first, is wanted"));
        }
        return rows.Count > 0 ? new([new(Control, rows)], rejected) : throw bytes.Refuse("none of its lines is a mark");
    }

    private static object?[]? Row(string[] values, string crs, int line, FileInput input)
    {
        if (values.Length < 6)
            return null;
        var n = Array.ConvertAll(values[..5], v => PlainText.Number(v) ?? double.NaN);
        if (!Array.TrueForAll(n, double.IsFinite) || !Extent.ToCrs84(input.Coordinates, crs, n[0], n[1], out var at))
            return null;
        return
        [
            $"urn:plinth:control:sha256:{input.Sha256[..16]}:{line}", values.Length > 6 ? values[6] : null, values[5], n[3], n[4], at.X, at.Y, n[2], crs, n[0], n[1],
            Wkb.Point(at.X, at.Y), Wkb.Bbox(at.X, at.Y, at.X, at.Y), $"sha256:{input.Sha256}#{line}", input.Folder,
        ];
    }
}
