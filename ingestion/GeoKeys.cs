using System.Buffers.Binary;
using System.Text;

namespace Plinth.Ingestion;

/// <summary>The CRS out of GeoTIFF keys, as GeoTIFF and LAS files carry them (OGC 19-008).</summary>
internal sealed class GeoKeys
{
    private const ushort ModelType = 1024, RasterType = 1025, Citation = 1026, Geographic = 2048, GeographicCitation = 2049, Projected = 3072, ProjectedCitation = 3073,
        ProjectedUnits = 3076, SemiMajor = 2057, VerticalUnits = 4099;

    private readonly Dictionary<ushort, long> _numbers = [];
    private readonly Dictionary<ushort, string> _texts = [];
    private readonly Dictionary<ushort, double> _reals = [];

    /// <param name="directory">The key directory as 16-bit values: version, revision, minor, count, then four a key.</param>
    /// <param name="ascii">The text parameters.</param>
    /// <param name="doubles">The parameters that are real numbers.</param>
    public GeoKeys(ReadOnlySpan<ushort> directory, string ascii, ReadOnlySpan<double> doubles = default)
    {
        if (directory.Length < 4)
            return;
        var count = Math.Min(directory[3], (directory.Length - 4) / 4);
        for (var i = 0; i < count; i++)
        {
            var key = directory.Slice(4 + i * 4, 4);
            if (key[0] == 0)
                continue;
            if (key[1] == 0)
                _numbers.TryAdd(key[0], key[3]);
            else if (key[1] == 34736 && key[3] < doubles.Length)
                _reals.TryAdd(key[0], doubles[key[3]]);
            else if (key[1] == 34737 && key[3] <= ascii.Length)
                _texts.TryAdd(key[0], ascii.AsSpan(key[3], Math.Min(key[2], ascii.Length - key[3])).TrimEnd("|\0 ").ToString());
        }
    }

    /// <summary>Reads the directory from little-endian bytes, as LAS stores it.</summary>
    public static GeoKeys FromLittleEndian(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> ascii)
    {
        var values = new ushort[directory.Length / 2];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadUInt16LittleEndian(directory[(i * 2)..]);
        return new(values, Encoding.Latin1.GetString(ascii));
    }

    /// <summary>The pixel's middle, not its corner, is what tie points name.</summary>
    public bool PixelIsPoint => _numbers.GetValueOrDefault(RasterType) == 2;

    /// <summary><c>EPSG:n</c>; or a whole WKT text where only that tells the CRS; or null.</summary>
    public string? Crs
    {
        get
        {
            if (Code(Projected) is { } projected)
                return projected;
            if (!_numbers.ContainsKey(Projected) && Code(Geographic) is { } geographic && _numbers.GetValueOrDefault(ModelType, 2) != 1)
                return geographic;
            return Wkt is { } wkt ? CrsName.FromWkt(wkt) ?? CrsName.Horizontal(wkt) : null;
        }
    }

    /// <summary>The WKT that Esri's software puts into a citation, or null.</summary>
    public string? Wkt
    {
        get
        {
            foreach (var key in (ReadOnlySpan<ushort>)[ProjectedCitation, Citation, GeographicCitation])
                if (_texts.TryGetValue(key, out var text) && text.IndexOf("ESRI PE String = ", StringComparison.Ordinal) is >= 0 and var at)
                    return text[(at + "ESRI PE String = ".Length)..].Trim();
            return null;
        }
    }

    /// <summary>What the file calls its CRS, for a message.</summary>
    public string? Name => _texts.GetValueOrDefault(ProjectedCitation) ?? _texts.GetValueOrDefault(Citation) ?? _texts.GetValueOrDefault(GeographicCitation);

    /// <summary>All names that the file gives to its CRS.</summary>
    public string Names => string.Join('|', _texts.Values);

    /// <summary>Of a user-defined ellipsoid, metres.</summary>
    public double? SemiMajorAxis => _reals.TryGetValue(SemiMajor, out var axis) ? axis : null;

    /// <summary>There are keys, whether or not they tell a CRS.</summary>
    public bool Any => _numbers.Count > 0 || _texts.Count > 0 || _reals.Count > 0;

    /// <summary>Metres in a unit of height, where a key says it.</summary>
    public double? VerticalUnit => Metres(VerticalUnits);

    /// <summary>Metres in a unit of easting, where a key says it.</summary>
    public double? LinearUnit => Metres(ProjectedUnits);

    private string? Code(ushort key) => _numbers.TryGetValue(key, out var code) && code is >= 1024 and < 32767 or > 32767 and < 65535 ? $"EPSG:{code}" : null;

    private double? Metres(ushort key) => _numbers.GetValueOrDefault(key) switch
    {
        9001 => 1,
        9002 => 0.3048,
        9003 => 1200.0 / 3937,
        _ => null,
    };
}
