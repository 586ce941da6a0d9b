using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Linemerge;
using NetTopologySuite.Operation.OverlayNG;

namespace Plinth.Twin;

/// <summary>Lines cut where they meet, as PostGIS' ST_Node: stretches that several share once, no cut where only two stretches of one line meet, but one at each end of a line given.</summary>
internal static class LineNodes
{
    public static Geometry Of(Geometry lines)
    {
        var ends = new HashSet<Coordinate>();
        for (var i = 0; i < lines.NumGeometries; i++)
            if (lines.GetGeometryN(i) is LineString { IsEmpty: false } line)
                ends.UnionWith([line.StartPoint.Coordinate, line.EndPoint.Coordinate]);
        var merger = new LineMerger();
        merger.Add(OverlayNGRobust.Union(lines));
        return lines.Factory.CreateMultiLineString([.. merger.GetMergedLineStrings().Cast<LineString>().SelectMany(line => Cut(line, ends))]);
    }

    private static IEnumerable<LineString> Cut(LineString line, HashSet<Coordinate> at)
    {
        var (corners, from) = (line.Coordinates, 0);
        for (var i = 1; i < corners.Length; i++)
            if (i == corners.Length - 1 || at.Contains(corners[i]))
            {
                yield return line.Factory.CreateLineString(corners[from..(i + 1)]);
                from = i;
            }
    }
}
