namespace Plinth.Twin;

/// <summary>What is known about a coordinate reference system.</summary>
/// <param name="Name">Its canonical name, e.g. <c>EPSG:4547</c>, <c>GCJ-02</c>.</param>
/// <param name="Kind"><c>geographic</c> (longitude, latitude in degrees), <c>projected</c> (easting, northing in metres) or <c>offset</c> (shifted longitude, latitude in degrees).</param>
/// <param name="AccuracyMetres">How far a position converted to OGC:CRS84 may be off, metres: the datum link, not the arithmetic (which is below 1 mm in a system's own area).</param>
/// <param name="Note">Where the accuracy comes from and what to beware of.</param>
public sealed record CrsInfo(string Name, string Kind, double AccuracyMetres, string Note);

/// <summary>The name of a coordinate reference system that is not known here, or that cannot be used without further parameters.</summary>
public sealed class UnknownCrsException : Exception
{
    internal UnknownCrsException(string crs, string reason) : base(reason) => Crs = crs;

    /// <summary>The name as it was given.</summary>
    public string Crs { get; }

    internal static UnknownCrsException NotKnown(string crs) => new(crs,
        $"'{Shorten(crs)}' is not a known coordinate reference system. Known are {CrsCatalogue.Known}, and WKT 1 text with TOWGS84 parameters.");

    private static string Shorten(string crs) => crs.Length <= 80 ? crs : crs[..80] + "…";
}
