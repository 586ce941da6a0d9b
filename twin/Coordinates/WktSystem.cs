using ProjNet.CoordinateSystems;
using ProjNet.CoordinateSystems.Transformations;

namespace Plinth.Twin;

/// <summary>A system given as WKT 1 text, converted by ProjNET. The datum must be (nearly) WGS 84, or carry TOWGS84 parameters.</summary>
internal sealed class WktSystem : CoordinateSystem
{
    private readonly MathTransform _toGeographic;
    private readonly MathTransform _fromGeographic;

    private WktSystem(CrsInfo info, MathTransform toGeographic, MathTransform fromGeographic) : base(info) =>
        (_toGeographic, _fromGeographic) = (toGeographic, fromGeographic);

    public static bool LooksLikeWkt(string text) => text.AsSpan().TrimStart() is var start
        && (start.StartsWith("PROJCS", StringComparison.OrdinalIgnoreCase) || start.StartsWith("GEOGCS", StringComparison.OrdinalIgnoreCase));

    /// <summary>The system, or null and the reason why it cannot be used.</summary>
    public static CoordinateSystem? Parse(string wkt, out string? reason)
    {
        reason = null;
        // ProjNET ignores the extension by which WKT 1 tells web mercator from the ellipsoidal one, and is then off by 17 km and more.
        if (wkt.Contains("Pseudo-Mercator", StringComparison.OrdinalIgnoreCase) || wkt.Contains("Popular Visualisation", StringComparison.OrdinalIgnoreCase)
            || wkt.Contains("nadgrids=@null", StringComparison.OrdinalIgnoreCase))
            return CrsCatalogue.Find("EPSG:3857", out _);
        try
        {
            var parsed = new CoordinateSystemFactory().CreateFromWkt(wkt);
            var datum = parsed switch
            {
                ProjectedCoordinateSystem projected => projected.GeographicCoordinateSystem.HorizontalDatum,
                GeographicCoordinateSystem geographic => geographic.HorizontalDatum,
                _ => null,
            };
            if (datum is null)
            {
                reason = $"'{parsed?.Name}' is neither a geographic nor a projected coordinate system.";
                return null;
            }
            var shifted = datum.Wgs84Parameters is { } parameters && !parameters.HasZeroValuesOnly;
            if (!shifted && !IsNearlyWgs84(datum.Ellipsoid))
            {
                reason = $"'{parsed.Name}' rests on the datum '{datum.Name}', whose link to WGS 84 is not given: add TOWGS84[dx,dy,dz,rx,ry,rz,ppm] to its DATUM.";
                return null;
            }
            var transform = new CoordinateTransformationFactory().CreateFromCoordinateSystems(parsed, GeographicCoordinateSystem.WGS84).MathTransform;
            return new WktSystem(
                new(wkt, parsed is ProjectedCoordinateSystem ? "projected" : "geographic", shifted ? 1 : 2, $"'{parsed.Name}' as given in WKT."),
                transform, transform.Inverse());
        }
        // ProjNET answers text that it cannot read with whatever its parser ran into.
        catch (SystemException e) when (e is not OutOfMemoryException)
        {
            reason = $"The WKT text cannot be read as WKT 1 ({e.Message.TrimEnd('.')}). WKT 2 (GEODCRS, PROJCRS) is not understood.";
            return null;
        }
    }

    public override (double Longitude, double Latitude) ToGeographic(double x, double y) => _toGeographic.Transform(x, y);

    public override (double X, double Y) FromGeographic(double longitude, double latitude) => _fromGeographic.Transform(longitude, latitude);

    private static bool IsNearlyWgs84(ProjNet.CoordinateSystems.Ellipsoid ellipsoid) =>
        Math.Abs(ellipsoid.SemiMajorAxis - 6378137) < 1 && Math.Abs(ellipsoid.SemiMinorAxis - 6356752.314) < 1;
}
