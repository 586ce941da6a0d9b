using System.Globalization;
using XmpCore;
using XmpCore.Options;

namespace Plinth.Ingestion.Photos;

/// <summary>What makers of drones write into XMP, by name space: attribute and element form alike.</summary>
internal sealed class XmpPose
{
    private const int MaximumBytes = 1 << 20;

    private readonly Dictionary<string, string> _dji = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _senseFly = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _camera = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _parrot = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _skydio = new(StringComparer.Ordinal);

    public bool HasDji => _dji.Count > 0;

    public bool HasSenseFly => _senseFly.Count > 0;

    /// <summary>Reads a packet; what cannot be read is noted and leaves it empty.</summary>
    public static XmpPose Read(byte[]? packet, List<string> notes)
    {
        var pose = new XmpPose();
        if (packet is null)
            return pose;
        var text = packet.AsSpan().TrimEnd((byte)0);
        if (packet.Length > MaximumBytes || text.Contains((byte)0) || text.IndexOf("<!DOCTYPE"u8) >= 0 || text.IndexOf("<!ENTITY"u8) >= 0)
        {
            notes.Add("its XMP is not of the kind that is read (UTF-8, no document type)");
            return pose;
        }
        try
        {
            foreach (var property in XmpMetaFactory.ParseFromBuffer(text.ToArray(), new ParseOptions()).Properties)
                if (property is { Path: { } path, Value: { Length: > 0 } value, Namespace: { } space })
                {
                    // Of structures only the camera's angles are taken: Skydio writes the aircraft's under the same names.
                    var name = path[(path.LastIndexOf(':') + 1)..];
                    if (name is not ("Yaw" or "Pitch" or "Roll") || !path.Contains('/', StringComparison.Ordinal) || path.Contains("CameraOrientationNED", StringComparison.Ordinal))
                        pose.Of(space)?.TryAdd(name, value.Trim());
                }
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            // The library throws many kinds on broken packets; whatever it is, the photograph is still one.
            notes.Add("its XMP cannot be read");
        }
        return pose;
    }

    public string? DjiText(string name) => _dji.GetValueOrDefault(name);

    public double? Dji(string name) => Number(_dji, name);

    public double? SenseFly(string name) => Number(_senseFly, name);

    public string? SenseFlyText(string name) => _senseFly.GetValueOrDefault(name);

    public double? Parrot(string name) => Number(_parrot, name);

    public double? Skydio(string name) => Number(_skydio, name);

    public double? Camera(string name) => Number(_camera, name);

    /// <summary>Numbers as drones write them: <c>+39.90</c>, <c>-0.5</c>, <c>198410/1000</c>; null where there is none.</summary>
    internal static double? Parse(string? text)
    {
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash > 0)
            return Parse(text![..slash]) / Parse(text[(slash + 1)..]) is { } ratio && double.IsFinite(ratio) ? ratio : null;
        return double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingWhite
            | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
    }

    private static double? Number(Dictionary<string, string> from, string name) => Parse(from.GetValueOrDefault(name));

    private Dictionary<string, string>? Of(string space) =>
        space.Contains("dji.com/drone-dji", StringComparison.OrdinalIgnoreCase) ? _dji
        : space.Contains("sensefly", StringComparison.OrdinalIgnoreCase) ? _senseFly
        : space.Contains("parrot.com/drone-parrot", StringComparison.OrdinalIgnoreCase) ? _parrot
        : space.Contains("skydio.com/drone-skydio", StringComparison.OrdinalIgnoreCase) ? _skydio
        : space.Contains("pix4d.com/camera", StringComparison.OrdinalIgnoreCase) ? _camera
        : null;
}
