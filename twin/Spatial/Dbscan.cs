using NetTopologySuite.Geometries;
using Plinth.Twin.Joins;

namespace Plinth.Twin;

/// <summary>DBSCAN as PostGIS' ST_ClusterDBSCAN: planar distances, clusters numbered from 0 by their first member, -1 for noise.</summary>
internal static class Dbscan
{
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static int[] Of(IReadOnlyList<Geometry> shapes, double eps, int minPoints)
    {
        if (!(eps >= 0) || minPoints < 1)
            throw new ArgumentException($"eps is {eps} and minpoints {minPoints}; they must be at least 0 and 1");
        var solid = Enumerable.Range(0, shapes.Count).Where(i => !shapes[i].IsEmpty).ToArray();
        var tree = new BoxTree(Array.ConvertAll(solid, i => shapes[i].EnvelopeInternal is var e ? new Box(e.MinX, e.MinY, e.MaxX, e.MaxY) : default), solid);
        var near = new List<int>[shapes.Count];
        foreach (var i in solid)
        {
            var box = shapes[i].EnvelopeInternal;
            var found = new List<int>();
            tree.Search(new(box.MinX - eps, box.MinY - eps, box.MaxX + eps, box.MaxY + eps), found);
            near[i] = found.FindAll(j => shapes[i].Distance(shapes[j]) <= eps);
        }
        var clusters = new int[shapes.Count];
        Array.Fill(clusters, -1);
        var next = 0;
        var queue = new Queue<int>();
        foreach (var i in solid)
        {
            if (clusters[i] >= 0 || near[i].Count < minPoints)
                continue;
            var cluster = next++;
            clusters[i] = cluster;
            queue.Enqueue(i);
            while (queue.TryDequeue(out var core))
                foreach (var j in near[core])
                {
                    if (clusters[j] >= 0)
                        continue;
                    clusters[j] = cluster;
                    if (near[j].Count >= minPoints)
                        queue.Enqueue(j);
                }
        }
        return clusters;
    }
}
