namespace Plinth.Ingestion.Models;

/// <summary>An affine or projective 4x4 matrix, column-major as glTF and 3D Tiles write it.</summary>
internal sealed class Matrix4
{
    private readonly double[] _m;

    private Matrix4(double[] columns) => _m = columns;

    public static readonly Matrix4 Identity = new([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);

    /// <summary>glTF has Y up, tiles have Z up: (x, y, z) becomes (x, -z, y).</summary>
    public static readonly Matrix4 YUpToZUp = new([1, 0, 0, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1]);

    /// <summary>Null where these are not 16 finite numbers.</summary>
    public static Matrix4? Of(double[]? columns) => columns is { Length: 16 } && Array.TrueForAll(columns, double.IsFinite) ? new(columns) : null;

    public static Matrix4 Translation(double x, double y, double z) => new([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, x, y, z, 1]);

    /// <summary>Translation, rotation (a unit quaternion x, y, z, w) and scale, applied from the last to the first.</summary>
    public static Matrix4 Of(double[] t, double[] q, double[] s)
    {
        var (x, y, z, w) = (q[0], q[1], q[2], q[3]);
        return new([
            (1 - 2 * (y * y + z * z)) * s[0], 2 * (x * y + z * w) * s[0], 2 * (x * z - y * w) * s[0], 0,
            2 * (x * y - z * w) * s[1], (1 - 2 * (x * x + z * z)) * s[1], 2 * (y * z + x * w) * s[1], 0,
            2 * (x * z + y * w) * s[2], 2 * (y * z - x * w) * s[2], (1 - 2 * (x * x + y * y)) * s[2], 0,
            t[0], t[1], t[2], 1]);
    }

    public static Matrix4 operator *(Matrix4 a, Matrix4 b)
    {
        var product = new double[16];
        for (var column = 0; column < 4; column++)
            for (var row = 0; row < 4; row++)
                for (var k = 0; k < 4; k++)
                    product[column * 4 + row] += a._m[k * 4 + row] * b._m[column * 4 + k];
        return new(product);
    }

    public Corner Apply(Corner p) => new(
        _m[0] * p.X + _m[4] * p.Y + _m[8] * p.Z + _m[12],
        _m[1] * p.X + _m[5] * p.Y + _m[9] * p.Z + _m[13],
        _m[2] * p.X + _m[6] * p.Y + _m[10] * p.Z + _m[14]);

    /// <summary>A direction, which is not translated.</summary>
    public Corner Turn(Corner d) => new(_m[0] * d.X + _m[4] * d.Y + _m[8] * d.Z, _m[1] * d.X + _m[5] * d.Y + _m[9] * d.Z, _m[2] * d.X + _m[6] * d.Y + _m[10] * d.Z);
}

/// <summary>A box along the axes that grows.</summary>
internal sealed class Bounds
{
    public Corner Low { get; private set; } = new(double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity);
    public Corner High { get; private set; } = new(double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity);

    public bool IsEmpty => !(Low.X <= High.X && Low.Y <= High.Y && Low.Z <= High.Z);

    public void Include(Corner p)
    {
        if (!double.IsFinite(p.X + p.Y + p.Z))
            return;
        Low = new(Math.Min(Low.X, p.X), Math.Min(Low.Y, p.Y), Math.Min(Low.Z, p.Z));
        High = new(Math.Max(High.X, p.X), Math.Max(High.Y, p.Y), Math.Max(High.Z, p.Z));
    }

    public void Include(Bounds other)
    {
        if (other.IsEmpty)
            return;
        Include(other.Low);
        Include(other.High);
    }

    public void Move(Corner by) =>
        (Low, High) = (new(Low.X + by.X, Low.Y + by.Y, Low.Z + by.Z), new(High.X + by.X, High.Y + by.Y, High.Z + by.Z));

    public IEnumerable<Corner> Corners()
    {
        if (!IsEmpty)
            for (var i = 0; i < 8; i++)
                yield return new((i & 1) == 0 ? Low.X : High.X, (i & 2) == 0 ? Low.Y : High.Y, (i & 4) == 0 ? Low.Z : High.Z);
    }
}
