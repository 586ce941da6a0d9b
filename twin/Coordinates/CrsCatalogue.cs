using System.Collections.Concurrent;
using System.Globalization;

namespace Plinth.Twin;

/// <summary>Finds a coordinate reference system by its name; each is made once.</summary>
internal static class CrsCatalogue
{
    /// <summary>What an error message offers.</summary>
    public const string Known = "OGC:CRS84, EPSG:4326, 4490, 4258, 4269, 4979, 3857, 4491-4554 (CGCS2000 zones), 32601-32660 and 32701-32760 (UTM, WGS 84), "
        + "26901-26923 (UTM, NAD83), 25828-25838 (UTM, ETRS89), 28992 and 7415 (RD New), 2056 and 21781 (Switzerland), GCJ-02, BD-09";

    /// <summary>Texts that are kept at most: names come from files, and WKT texts may differ without end.</summary>
    private const int Capacity = 512;

    private static readonly ConcurrentDictionary<string, CoordinateSystem> s_byName = new(StringComparer.Ordinal);

    /// <summary>The system of that name, or null; <paramref name="reason"/> then says why where there is more to say than "unknown".</summary>
    public static CoordinateSystem? Find(string name, out string? reason)
    {
        ArgumentNullException.ThrowIfNull(name);
        reason = null;
        if (s_byName.TryGetValue(name, out var found))
            return found;
        var made = WktSystem.LooksLikeWkt(name) ? WktSystem.Parse(name, out reason) : Named(Normalise(name), out reason);
        if (made is null)
            return null;
        if (s_byName.Count >= Capacity)
            s_byName.Clear();
        // One object per canonical name, so that equal systems are recognised by reference.
        var canonical = s_byName.GetOrAdd(made.Info.Name, made);
        s_byName.TryAdd(name, canonical);
        return canonical;
    }

    /// <summary>Takes the spellings of registries to one: <c>AUTHORITY:CODE</c> in capitals.</summary>
    private static string Normalise(string name)
    {
        var text = name.Trim().ToUpperInvariant();
        if (text.StartsWith("URN:OGC:DEF:CRS:", StringComparison.Ordinal) && text.Split(':') is { Length: 7 } urn)
            return $"{urn[4]}:{urn[6]}";
        if (text.Contains("/DEF/CRS/", StringComparison.Ordinal) && text[(text.IndexOf("/DEF/CRS/", StringComparison.Ordinal) + 9)..].Split('/') is { Length: 3 } uri)
            return $"{uri[0]}:{uri[2]}";
        return text switch
        {
            "CRS84" or "CRS:84" => "OGC:CRS84",
            "GCJ02" or "GCJ_02" => "GCJ-02",
            "BD09" or "BD_09" or "BD09LL" or "BD-09LL" => "BD-09",
            _ => text,
        };
    }

    private static CoordinateSystem? Named(string name, out string? reason)
    {
        reason = null;
        switch (name)
        {
            case "OGC:CRS84":
                return new GeographicSystem(new("OGC:CRS84", "geographic", 0, "Longitude, latitude on WGS 84: what is stored."));
            case "GCJ-02":
                return new Gcj02(new("GCJ-02", "offset", 5, "Public approximation of the official shift; its own inverse is exact to 1 mm."));
            case "BD-09":
                return new Bd09(new("BD-09", "offset", 5, "Baidu's shift upon GCJ-02; its own inverse is exact to 1 mm."));
        }
        return name.StartsWith("EPSG:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? Epsg(code, out reason)
            : null;
    }

    private static CoordinateSystem? Epsg(int code, out string? reason)
    {
        const string Plates = "Taken as equal to WGS 84: the difference is epoch and plate motion.";
        reason = code is 4214 or 4610 or (>= 2327 and <= 2442) or (>= 21413 and <= 21463)
            ? $"EPSG:{code} rests on Beijing 1954 or Xian 1980, which have no public link to WGS 84 (errors of 50 to 150 m). Give the system as WKT 1 text with the TOWGS84 parameters of your survey office."
            : null;
        CrsInfo Geographic(double accuracy, string note) => new($"EPSG:{code}", "geographic", accuracy, note);
        CrsInfo Projected(double accuracy, string note) => new($"EPSG:{code}", "projected", accuracy, note);
        TransverseMercator Utm(Ellipsoid ellipsoid, int zone, bool south, double accuracy, string note) =>
            new(Projected(accuracy, note), ellipsoid, (6 * zone) - 183, 0.9996, 500_000, south ? 10_000_000 : 0);
        TransverseMercator Cgcs2000(double meridian, int zone) =>
            new(Projected(1, Plates), Ellipsoid.Cgcs2000, meridian, 1, (zone * 1_000_000) + 500_000);
        return code switch
        {
            4326 or 4979 => new GeographicSystem(Geographic(0, "WGS 84; longitude first here, whatever the authority's order.")),
            4490 => new GeographicSystem(Geographic(1, $"CGCS2000; longitude first here. {Plates}")),
            4258 => new GeographicSystem(Geographic(1, $"ETRS89; longitude first here. {Plates}")),
            4269 => new GeographicSystem(Geographic(2, $"NAD83; longitude first here. {Plates}")),
            3857 or 900913 or 102100 => new WebMercator(new("EPSG:3857", "projected", 0, "Web mercator: metres only at the equator; longer by 1/cos(latitude) elsewhere.")),
            >= 4491 and <= 4501 => Cgcs2000(75 + (6 * (code - 4491)), code - 4491 + 13),
            >= 4502 and <= 4512 => Cgcs2000(75 + (6 * (code - 4502)), 0),
            >= 4513 and <= 4533 => Cgcs2000(75 + (3 * (code - 4513)), code - 4513 + 25),
            >= 4534 and <= 4554 => Cgcs2000(75 + (3 * (code - 4534)), 0),
            >= 32601 and <= 32660 => Utm(Ellipsoid.Wgs84, code - 32600, south: false, 0, "WGS 84."),
            >= 32701 and <= 32760 => Utm(Ellipsoid.Wgs84, code - 32700, south: true, 0, "WGS 84."),
            >= 26901 and <= 26923 => Utm(Ellipsoid.Grs80, code - 26900, south: false, 2, $"NAD83. {Plates}"),
            >= 25828 and <= 25838 => Utm(Ellipsoid.Grs80, code - 25800, south: false, 1, $"ETRS89. {Plates}"),
            28992 or 7415 => new ObliqueStereographic(Projected(1, "RD New; seven parameters of EPSG:15934, official grid not used. Heights of 7415 (NAP) are left as they are."),
                Ellipsoid.Bessel, new(565.4171, 50.3319, 465.5524, -0.398957388243134, 0.343987817378283, -1.87740163998045, 4.0725),
                5.38763888888889, 52.1561605555556, 0.9999079, 155_000, 463_000),
            2056 => new SwissObliqueMercator(Projected(1, "LV95; three parameters of EPSG:1676."), new(674.374, 15.056, 405.346), 2_600_000, 1_200_000),
            21781 => new SwissObliqueMercator(Projected(1.5, "LV03; three parameters, official grid (up to 1.5 m) not used."), new(674.374, 15.056, 405.346), 600_000, 200_000),
            _ => null,
        };
    }
}
