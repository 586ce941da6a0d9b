using Plinth.Lakehouse.Engine;
using Plinth.Twin.Export;

namespace Plinth.Twin;

/// <summary>Writes the rows of any query to a file that others' programs open.</summary>
/// <remarks>
/// Geometry is what is of type GEOMETRY, or BLOB (WKB) in a column named <c>geom</c> or ending in <c>_geom</c>; longitude, latitude (OGC:CRS84). The connection needs the <c>ST_*</c>
/// functions (<see cref="SpatialSql"/>). A file that is there is written over.
/// </remarks>
public static class TwinExport
{
    /// <summary>Writes by the file's ending: <c>.geojson</c>, <c>.parquet</c> (GeoParquet 1.1), <c>.csv</c> (geometry as WKT), <c>.city.json</c> (CityJSON 2.0).</summary>
    /// <param name="query">One SELECT. CityJSON wants <c>entity_id</c>, <c>geom</c> with areas, and takes <c>type</c>, <c>height</c> and <c>ground_height</c> (metres): an object with a
    /// height becomes a solid of level 1, one without a surface of level 0. Every other column is a property.</param>
    /// <returns>Rows written.</returns>
    /// <exception cref="ArgumentException">There is no such format, or the query lacks what the format needs.</exception>
    /// <exception cref="Lakehouse.SqlException">The query is wrong.</exception>
    public static long Write(SqlConnection connection, string query, string file, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrWhiteSpace(query);
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        var source = new ExportSource(connection, query.Trim().TrimEnd(';'), ct);
        return file switch
        {
            _ when Ends(".city.json") => CityJsonExport.Write(source, file),
            _ when Ends(".geojson") => GeoJsonExport.Write(source, file),
            _ when Ends(".parquet") => GeoParquetExport.Write(source, file),
            _ when Ends(".csv") => CsvExport.Write(source, file),
            _ => throw new ArgumentException($"'{Path.GetFileName(file)}': the ending says the format; write .geojson, .parquet, .csv or .city.json.", nameof(file)),
        };

        bool Ends(string ending) => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
    }
}
