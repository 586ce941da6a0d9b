using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Distance;

namespace Plinth.Twin;

/// <summary>Shortest distance between geometries on the WGS 84 ellipsoid, edges taken as geodesics.</summary>
/// <remarks>
/// 1. Find the nearest two points in a plane with degrees as long as they are in the middle. 2. Find them again in a gnomonic plane
/// (in which great circles are straight) about the middle of these, until they stay. 3. Measure between them with <see cref="Geodesic"/>.
/// Where the geometries are wide or far apart (over about 1,500 km), the nearest points are found on the sphere instead, which may
/// lengthen the result by up to 0.001 %.
/// </remarks>
internal static class GeodesicDistance
{
    private const double Degree = Math.PI / 180;
    private const double FarMetres = 1_500_000;
    private const double WidestCosine = 0.3; // vertices more than 72 degrees from the middle: no gnomonic plane

    public static double Between(Geometry a, Geometry b)
    {
        var box = a.EnvelopeInternal;
        var other = b.EnvelopeInternal;
        var middle = new Coordinate(Wrap(box.Centre.X + (Wrap(other.Centre.X - box.Centre.X) / 2)), (box.Centre.Y + other.Centre.Y) / 2);
        if (Geodesic.Distance(box.Centre.X, box.Centre.Y, other.Centre.X, other.Centre.Y) > 20 * FarMetres || Nearest(a, b, Plane.Equirectangular(middle)) is not var (p, q))
            return OnSphere.Between(a, b);
        for (var step = 0; step < 4; step++)
        {
            var length = Geodesic.Distance(p.X, p.Y, q.X, q.Y);
            if (length > FarMetres)
                return OnSphere.Between(a, b);
            if (length == 0 && step > 0)
                return 0;
            middle = new Coordinate(Wrap(p.X + (Wrap(q.X - p.X) / 2)), (p.Y + q.Y) / 2);
            if (Nearest(a, b, Plane.Gnomonic(middle)) is not var (p2, q2))
                return OnSphere.Between(a, b);
            var moved = Math.Abs(p.X - p2.X) + Math.Abs(p.Y - p2.Y) + Math.Abs(q.X - q2.X) + Math.Abs(q.Y - q2.Y);
            (p, q) = (p2, q2);
            if (moved < 1e-10)
                break;
        }
        return Geodesic.Distance(p.X, p.Y, q.X, q.Y);
    }

    private static (Coordinate, Coordinate)? Nearest(Geometry a, Geometry b, Plane plane)
    {
        var (projectedA, projectedB) = (a.Copy(), b.Copy());
        projectedA.Apply(plane);
        projectedB.Apply(plane);
        if (plane.Failed)
            return null;
        var nearest = DistanceOp.NearestPoints(projectedA, projectedB);
        return (plane.Back(nearest[0]), plane.Back(nearest[1]));
    }

    private static double Wrap(double degrees) => degrees is >= -180 and <= 180 ? degrees : Math.IEEERemainder(degrees, 360);

    /// <summary>A plane about a middle, in metres there.</summary>
    private sealed class Plane(Coordinate middle, bool gnomonic) : IEntireCoordinateSequenceFilter
    {
        private readonly double _sine = Math.Sin(middle.Y * Degree);
        private readonly double _cosine = Math.Cos(middle.Y * Degree);
        private readonly double _east = Measures.MetresPerDegree(middle.Y).East / Degree / Math.Max(1e-9, Math.Cos(middle.Y * Degree));
        private readonly double _north = Measures.MetresPerDegree(middle.Y).North / Degree;

        public static Plane Equirectangular(Coordinate middle) => new(middle, gnomonic: false);

        public static Plane Gnomonic(Coordinate middle) => new(middle, gnomonic: true);

        public bool Failed { get; private set; }

        public bool Done => Failed;

        public bool GeometryChanged => true;

        public void Filter(CoordinateSequence sequence)
        {
            for (var i = 0; i < sequence.Count; i++)
            {
                var (x, y) = Project(sequence.GetX(i), sequence.GetY(i));
                sequence.SetOrdinate(i, 0, x);
                sequence.SetOrdinate(i, 1, y);
            }
        }

        private (double X, double Y) Project(double longitude, double latitude)
        {
            var difference = Wrap(longitude - middle.X) * Degree;
            if (!gnomonic)
                return (difference * _east * _cosine, (latitude - middle.Y) * Degree * _north);
            var (sine, cosine) = Math.SinCos(latitude * Degree);
            var half = Math.Sin(difference / 2);
            var cosineC = (_sine * sine) + (_cosine * cosine * Math.Cos(difference));
            if (!(cosineC > WidestCosine))
                Failed = true;
            // cos φ0 sin φ - sin φ0 cos φ cos Δλ, without cancellation near the middle.
            var up = Math.Sin((latitude - middle.Y) * Degree) + (2 * _sine * cosine * half * half);
            return (_east * cosine * Math.Sin(difference) / cosineC, _north * up / cosineC);
        }

        public Coordinate Back(Coordinate at)
        {
            if (!gnomonic)
                return new Coordinate(Wrap(middle.X + (at.X / (_east * _cosine) / Degree)), middle.Y + (at.Y / _north / Degree));
            var (u, v) = (at.X / _east, at.Y / _north);
            var longitude = Math.Atan2(u, _cosine - (v * _sine));
            // The angle above the middle, from its sine and cosine against the parallel through it, keeps small differences.
            var latitude = Math.Atan2(_sine + (v * _cosine), Math.Sqrt((u * u) + ((_cosine - (v * _sine)) * (_cosine - (v * _sine)))));
            return new Coordinate(Wrap(middle.X + (longitude / Degree)), latitude / Degree);
        }
    }
}
