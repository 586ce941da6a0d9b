namespace Plinth.Ingestion.Hotline;

/// <summary>An extent in degrees.</summary>
internal readonly record struct Box(double XMin, double YMin, double XMax, double YMax)
{
    private const double MetresPerDegree = 111_195;

    public static readonly Box Nothing = new(double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity, double.NegativeInfinity);

    public Position Middle => new((XMin + XMax) / 2, (YMin + YMax) / 2);

    public double DiagonalM => Metres(new(XMin, YMin), new(XMax, YMax));

    public bool Holds(Position at) => at.X >= XMin && at.X <= XMax && at.Y >= YMin && at.Y <= YMax;

    public Box With(Position at) => new(Math.Min(XMin, at.X), Math.Min(YMin, at.Y), Math.Max(XMax, at.X), Math.Max(YMax, at.Y));

    /// <summary>Between two positions, exact to some tenths of a percent over a city.</summary>
    public static double Metres(Position a, Position b)
    {
        var (width, height) = ((b.X - a.X) * MetresPerDegree * Math.Cos((a.Y + b.Y) / 2 * Math.PI / 180), (b.Y - a.Y) * MetresPerDegree);
        return Math.Sqrt(width * width + height * height);
    }
}
