using System.Text.Json;

namespace Plinth.Ingestion.Models;

/// <summary>Where a tile is: a region in degrees and metres, or a box or sphere in the tileset's coordinates.</summary>
/// <param name="Region">West, south, east, north in degrees, lowest and highest in metres.</param>
/// <param name="Box">Centre and three half axes.</param>
internal sealed record TileVolume(double[]? Region, Corner[]? Box)
{
    /// <summary>The volume of a tile, moved as its transform says (a region never is); null where it has none that is read.</summary>
    public static TileVolume? Read(JsonElement tile, Matrix4 placed)
    {
        var volume = tile.Member("boundingVolume");
        if (volume.Numbers("region") is { Length: 6 } r)
            return new([r[0] * 180 / Math.PI, r[1] * 180 / Math.PI, r[2] * 180 / Math.PI, r[3] * 180 / Math.PI, r[4], r[5]], null);
        if (volume.Numbers("box") is { Length: 12 } b)
            return new(null, [placed.Apply(new(b[0], b[1], b[2])), placed.Turn(new(b[3], b[4], b[5])), placed.Turn(new(b[6], b[7], b[8])), placed.Turn(new(b[9], b[10], b[11]))]);
        if (volume.Numbers("sphere") is { Length: 4 } s)
            return new(null, [placed.Apply(new(s[0], s[1], s[2])), placed.Turn(new(s[3], 0, 0)), placed.Turn(new(0, s[3], 0)), placed.Turn(new(0, 0, s[3]))]);
        return null;
    }

    /// <summary>The part of it that an implicit tile has; heights are divided in octrees only.</summary>
    public TileVolume Part(int level, long x, long y, long z, bool isOctree)
    {
        var share = 1.0 / Math.ScaleB(1, level);
        if (Region is { } r)
        {
            var (width, depth, height) = ((r[2] - r[0]) * share, (r[3] - r[1]) * share, (r[5] - r[4]) * share);
            return new([r[0] + x * width, r[1] + y * depth, r[0] + (x + 1) * width, r[1] + (y + 1) * depth,
                isOctree ? r[4] + z * height : r[4], isOctree ? r[4] + (z + 1) * height : r[5]], null);
        }
        var (centre, a, b, c) = (Box![0], Box[1], Box[2], Box[3]);
        double Along(long index) => (2 * index + 1) * share - 1;
        var (u, v, w) = (Along(x), Along(y), isOctree ? Along(z) : 0);
        return new(null, [
            new(centre.X + a.X * u + b.X * v + c.X * w, centre.Y + a.Y * u + b.Y * v + c.Y * w, centre.Z + a.Z * u + b.Z * v + c.Z * w),
            Scale(a, share), Scale(b, share), isOctree ? Scale(c, share) : c]);
    }

    /// <summary>Bounds in degrees and metres; null where it is no place on earth.</summary>
    /// <param name="place">Brings the tileset's coordinates to degrees and metres.</param>
    public Bounds? Geographic(Func<Corner, Corner?> place)
    {
        var bounds = new Bounds();
        if (Region is { } r)
        {
            if (!(r[0] >= -180.000001 && r[2] <= 180.000001 && r[0] <= r[2] && r[1] >= -90.000001 && r[3] <= 90.000001 && r[1] <= r[3] && r[4] <= r[5]))
                return null; // also a region over the antimeridian, whose west is greater than its east
            bounds.Include(new Corner(r[0], r[1], r[4]));
            bounds.Include(new Corner(r[2], r[3], r[5]));
            return bounds;
        }
        foreach (var corner in Corners())
        {
            if (place(corner) is not { } at)
                return null;
            bounds.Include(at);
        }
        return bounds.IsEmpty || bounds.High.X - bounds.Low.X > 180 ? null : bounds;
    }

    private IEnumerable<Corner> Corners()
    {
        var (centre, a, b, c) = (Box![0], Box[1], Box[2], Box[3]);
        for (var i = 0; i < 8; i++)
        {
            var (u, v, w) = ((i & 1) * 2 - 1, (i & 2) - 1, (i & 4) / 2 - 1);
            yield return new(centre.X + a.X * u + b.X * v + c.X * w, centre.Y + a.Y * u + b.Y * v + c.Y * w, centre.Z + a.Z * u + b.Z * v + c.Z * w);
        }
    }

    private static Corner Scale(Corner a, double by) => new(a.X * by, a.Y * by, a.Z * by);
}
