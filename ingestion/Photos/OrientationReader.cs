using Plinth.Lakehouse;

namespace Plinth.Ingestion.Photos;

/// <summary>Reads exterior orientations that a photogrammetric program computed: label, X Y Z, omega phi kappa. One row of <c>imagery.pose</c> a photograph.</summary>
/// <remarks>The CRS stands in a comment (WKT or a code), else in the contract. X is the easting or longitude. Lines that are no orientation are rejected.</remarks>
internal sealed class OrientationReader : IFileReader
{
    private static readonly TableName Pose = new("imagery", "pose");

    public string Name => "exterior-orientation";

    public string Expected => "exterior orientations as text (label X Y Z omega phi kappa)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName)
    {
        var text = PlainText.Head(head);
        return text.Contains("omega", StringComparison.OrdinalIgnoreCase) && text.Contains("phi", StringComparison.OrdinalIgnoreCase) && text.Contains("kappa", StringComparison.OrdinalIgnoreCase)
            && !text.TrimStart().StartsWith('<');
    }

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var text = PlainText.Read(bytes);
        string? named = null;
        var (rows, rejected) = (new List<object?[]>(), new List<RejectedRow>());
        foreach (var (_, line) in PlainText.Lines(text))
            if (named is null && line.TrimStart().StartsWith('#'))
            {
                if (CelestialBody.NotEarth(line) is { } elsewhere)
                    throw bytes.Refuse(elsewhere);
                named = PlainText.Crs(line);
            }
        var crs = CrsName.Of(named, input.Contract.Crs) ?? throw bytes.Refuse("it names no CRS in a comment, and its contract none either");
        foreach (var (number, line) in PlainText.Lines(text))
        {
            if (line.TrimStart() is not { Length: > 0 } content || content[0] == '#')
                continue;
            var values = PlainText.Values(content);
            if (values.Length > 1 && values.Skip(1).All(v => PlainText.Number(v) is null))
                continue; // a heading without '#'
            if (Row(values, crs, number, input) is { } row)
                rows.Add(row);
            else
                rejected.Add(new(number, null, Rejections.Show(line, hidden: false), "is no orientation: a label and six numbers (X Y Z omega phi kappa) within the CRS are wanted"));
        }
        return rows.Count > 0 ? new([new(Pose, rows)], rejected) : throw bytes.Refuse("none of its lines is an orientation");
    }

    private static object?[]? Row(string[] values, string crs, int line, FileInput input)
    {
        if (values.Length < 7)
            return null;
        var n = new double[6];
        for (var i = 0; i < 6; i++)
            if (PlainText.Number(values[i + 1]) is { } number)
                n[i] = number;
            else
                return null;
        if (!Extent.ToCrs84(input.Coordinates, crs, n[0], n[1], out var at) || Orientation.Convergence(input.Coordinates, crs, n[0], n[1], at) is not { } convergence)
            return null;
        var (yaw, pitch, roll) = Orientation.FromOmegaPhiKappa(n[3], n[4], n[5], convergence);
        var pose = new PhotoPose(at.X, at.Y, n[2], null, yaw, pitch, roll, "at", null);
        return
        [
            $"urn:plinth:pose:sha256:{input.Sha256[..16]}:{line}", values[0], at.X, at.Y, n[2], n[3], n[4], n[5], yaw, pitch, roll, pose.ViewBucket, "at", Accuracy, convergence,
            crs, n[0], n[1], Wkb.Point(at.X, at.Y), Wkb.Bbox(at.X, at.Y, at.X, at.Y), $"sha256:{input.Sha256}#{line}", input.Folder,
        ];
    }

    /// <summary>Metres, where the file says nothing: what a block adjustment of drone photographs reaches.</summary>
    private const double Accuracy = 1;
}
