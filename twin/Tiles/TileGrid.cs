namespace Plinth.Twin.Tiles;

/// <summary>Web Mercator tiles (WebMercatorQuad): x from 180° W eastwards, y from 85.05° N southwards, 2^z by 2^z at zoom z.</summary>
internal static class TileGrid
{
    /// <summary>Units along a tile's side, and those beyond each side that are drawn too so that borders of neighbours meet.</summary>
    public const int Extent = 4096, Buffer = 64;

    public const int MostZoom = 22;

    /// <summary>Position in the square world, 0 to 1 from its upper left corner.</summary>
    public static (double X, double Y) Project(double longitude, double latitude)
    {
        var sine = Math.Sin(Math.Clamp(latitude, -85.05112877980659, 85.05112877980659) * Math.PI / 180);
        return ((longitude + 180) / 360, 0.5 - (Math.Log((1 + sine) / (1 - sine)) / (4 * Math.PI)));
    }

    /// <summary>The tile at a place.</summary>
    public static (int X, int Y) At(int zoom, double longitude, double latitude)
    {
        var (x, y) = Project(longitude, latitude);
        var last = (1 << zoom) - 1;
        return ((int)Math.Clamp(Math.Floor(x * (last + 1)), 0, last), (int)Math.Clamp(Math.Floor(y * (last + 1)), 0, last));
    }

    /// <exception cref="ArgumentException">There is no such tile.</exception>
    public static void Check(int zoom, int x, int y)
    {
        if (zoom is < 0 or > MostZoom || x < 0 || y < 0 || x >= 1 << zoom || y >= 1 << zoom)
            throw new ArgumentException($"There is no tile {zoom}/{x}/{y}: the zoom goes from 0 to {MostZoom}, x and y from 0 to 2^zoom - 1.");
    }
}
