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
        var joined = new int[shapes.Count];
        Array.Fill(joined, -1);
        var queue = new Queue<int>();
        foreach (var i in solid)
        {
            if (joined[i] >= 0 || !IsCore(i))
                continue;
            joined[i] = i;
            queue.Enqueue(i);
            while (queue.TryDequeue(out var core))
                foreach (var j in near[core])
                    if (joined[j] < 0 && IsCore(j))
                    {
                        joined[j] = i;
                        queue.Enqueue(j);
                    }
        }
        // What is near to several clusters without being a core of one goes, as in PostGIS, to that of the first core it is near to.
        foreach (var i in solid)
            if (!IsCore(i) && near[i].Where(IsCore).DefaultIfEmpty(-1).Min() is >= 0 and var core)
                joined[i] = joined[core];
        var numbers = new Dictionary<int, int> { [-1] = -1 };
        return Array.ConvertAll(joined, cluster => numbers.TryGetValue(cluster, out var number) ? number : numbers[cluster] = numbers.Count - 1);

        bool IsCore(int i) => near[i].Count >= minPoints;
    }
}
