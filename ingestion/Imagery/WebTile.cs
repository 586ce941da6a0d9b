namespace Plinth.Ingestion.Imagery;

/// <summary>A tile of the web-mercator pyramid, XYZ: y counts from the north.</summary>
internal readonly record struct WebTile(int Z, int X, int Y)
{
    /// <summary>Deepest zoom whose x and y fit the tables' integers.</summary>
    public const int MaximumZoom = 30;

    /// <summary>How many tiles lie in the zooms below <paramref name="zoom"/>: the number of its first tile.</summary>
    public static long FirstOf(int zoom) => ((1L << (2 * zoom)) - 1) / 3;

    /// <summary>The tile with a number of PMTiles: zoom by zoom, along a Hilbert curve within each.</summary>
    public static WebTile FromHilbert(long id)
    {
        var zoom = 0;
        while (zoom < MaximumZoom && id >= FirstOf(zoom + 1))
            zoom++;
        var rest = id - FirstOf(zoom);
        long x = 0, y = 0;
        for (var s = 1L; s < 1L << zoom; s <<= 1)
        {
            var rx = (rest >> 1) & 1;
            var ry = (rest ^ rx) & 1;
            if (ry == 0)
            {
                if (rx == 1)
                    (x, y) = (s - 1 - x, s - 1 - y);
                (x, y) = (y, x);
            }
            x += s * rx;
            y += s * ry;
            rest >>= 2;
        }
        return new(zoom, (int)x, (int)y);
    }

    /// <summary>The tile's number in PMTiles.</summary>
    public long ToHilbert()
    {
        var id = FirstOf(Z);
        long x = X, y = Y;
        for (var s = 1L << Z >> 1; s > 0; s >>= 1)
        {
            var rx = (x & s) != 0 ? 1L : 0;
            var ry = (y & s) != 0 ? 1L : 0;
            id += s * s * ((3 * rx) ^ ry);
            if (ry == 0)
            {
                if (rx == 1)
                    (x, y) = (s - 1 - (x & (s - 1)), s - 1 - (y & (s - 1)));
                (x, y) = (y, x);
            }
        }
        return id;
    }

    /// <summary>One digit 0-3 a zoom; empty at zoom 0.</summary>
    public string Quadkey => string.Create(Z, this, static (digits, tile) =>
    {
        for (var i = 0; i < digits.Length; i++)
        {
            var bit = digits.Length - 1 - i;
            digits[i] = (char)('0' + ((tile.X >> bit) & 1) + 2 * ((tile.Y >> bit) & 1));
        }
    });

    /// <summary>West, south, east, north in degrees.</summary>
    public object?[] Bbox => Wkb.Bbox(Longitude(X), Latitude(Y + 1L), Longitude(X + 1L), Latitude(Y));

    private double Longitude(long x) => x * 360.0 / (1L << Z) - 180;

    private double Latitude(long y) => Math.Atan(Math.Sinh(Math.PI * (1 - 2.0 * y / (1L << Z)))) * 180 / Math.PI;
}
