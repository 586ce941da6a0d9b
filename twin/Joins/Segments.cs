using System.Runtime.CompilerServices;
using NetTopologySuite.Algorithm;

namespace Plinth.Twin.Joins;

/// <summary>Exact tests of segments: Shewchuk's bound first, double-double arithmetic where that cannot tell.</summary>
internal static class Segments
{
    private const double OrientationError = 3.3306690738754716e-16;

    /// <summary>1 where the point lies left of the segment, -1 right, 0 on its line, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Side(in Edge edge, double x, double y)
    {
        var (left, right) = ((edge.X2 - edge.X1) * (y - edge.Y1), (x - edge.X1) * (edge.Y2 - edge.Y1));
        var determinant = left - right;
        return Math.Abs(determinant) > OrientationError * (Math.Abs(left) + Math.Abs(right)) ? Math.Sign(determinant)
            : CGAlgorithmsDD.OrientationIndex(edge.X1, edge.Y1, edge.X2, edge.Y2, x, y);
    }

    /// <summary>Whether two segments have a point in common; ends count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Meet(in Edge a, in Edge b)
    {
        if (Math.Max(a.X1, a.X2) < Math.Min(b.X1, b.X2) || Math.Max(b.X1, b.X2) < Math.Min(a.X1, a.X2)
            || Math.Max(a.Y1, a.Y2) < Math.Min(b.Y1, b.Y2) || Math.Max(b.Y1, b.Y2) < Math.Min(a.Y1, a.Y2))
            return false;
        // Boxes meet; then the segments do unless one lies wholly on a side of the other. Segments on one line with meeting boxes meet.
        return Side(a, b.X1, b.Y1) * Side(a, b.X2, b.Y2) <= 0 && Side(b, a.X1, a.Y1) * Side(b, a.X2, a.Y2) <= 0;
    }
}
