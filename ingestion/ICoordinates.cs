namespace Plinth.Ingestion;

/// <summary>Brings coordinates of a declared CRS to longitude and latitude. Handed in, because ingestion itself knows no projections.</summary>
public interface ICoordinates
{
    /// <summary>Converts one position to OGC:CRS84.</summary>
    /// <param name="crs">As <c>EPSG:2056</c>, <c>OGC:CRS84</c>, <c>GCJ-02</c>, <c>BD-09</c>, or a whole WKT text; of a compound CRS the horizontal part is taken.</param>
    /// <param name="x">Easting or longitude, in the CRS's unit. Always x before y, whatever the authority's axis order.</param>
    /// <param name="y">Northing or latitude.</param>
    /// <param name="longitude">Degrees.</param>
    /// <param name="latitude">Degrees.</param>
    /// <returns>False when the CRS is not known or the position lies outside its domain.</returns>
    bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude);
}
