using System.Globalization;
using System.Text.RegularExpressions;

namespace Plinth.Ingestion;

/// <summary>Tells coordinates on other planets from those on Earth: a longitude on Mars would otherwise be put on the map of the district.</summary>
internal static partial class CelestialBody
{
    /// <summary>Longest and shortest semi-major axes of the Earth's ellipsoids, metres, with room.</summary>
    private const double Shortest = 6_300_000, Longest = 6_450_000;

    /// <summary>Why a CRS is not of the Earth; null where it is, or does not say.</summary>
    /// <param name="name">WKT, or the names that a file gives to its CRS and datum.</param>
    /// <param name="semiMajorAxis">In metres, where a file tells it by itself.</param>
    public static string? NotEarth(string? name, double? semiMajorAxis = null)
    {
        if (name is not null && Spheroid().Match(name) is { Success: true } spheroid
            && double.TryParse(spheroid.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var axis))
            semiMajorAxis ??= axis;
        if (semiMajorAxis is { } metres && double.IsFinite(metres) && metres > 0 && metres is < Shortest or > Longest)
            return $"its CRS is of a body with a radius of {(metres / 1000).ToString("0", CultureInfo.InvariantCulture)} km, which is not the Earth";
        return name is not null && Body().Match(name) is { Success: true } body ? $"its CRS is of {body.Groups[1].Value}, which is not the Earth" : null;
    }

    [GeneratedRegex("""(?:SPHEROID|ELLIPSOID)\s*[\[\(]\s*"[^"]*"\s*,\s*([0-9.eE+]+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Spheroid();

    [GeneratedRegex("(?<![A-Za-z])(Mercury|Venus|Mars|Moon|Jupiter|Saturn|Uranus|Neptune|Pluto|Phobos|Deimos|Io|Europa|Ganymede|Callisto|Titan|Ceres|Vesta)(?:[_ ](?:19|20)[0-9]{2}|[_ ]IAU| \\((?:19|20)[0-9]{2}\\))", RegexOptions.CultureInvariant)]
    private static partial Regex Body();
}
