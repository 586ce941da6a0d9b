using System.Globalization;

namespace Plinth.Sandbox.Isolation;

/// <summary>A process and all that it started, each with its start time, so that a reused number is not taken for it.</summary>
internal sealed class ProcessTree
{
    private readonly Dictionary<int, string> _members;

    private ProcessTree(Dictionary<int, string> members) => _members = members;

    public int Count => _members.Count;

    /// <summary>The tree once it has not grown for a while, or has more than a few members.</summary>
    public static async Task<ProcessTree> GrownAsync(int root, Task run, CancellationToken cancellationToken)
    {
        var (seen, since) = (0, 0);
        while (!run.IsCompleted && since < 15)
        {
            await Task.Delay(100, cancellationToken);
            var count = Below(root).Count;
            since = count > seen || count < 4 ? 0 : since + 1;
            seen = count;
        }
        return new(Below(root));
    }

    /// <summary>How many of them still live after at most 20 seconds: a busy machine takes its time to bury them.</summary>
    public async Task<int> LeftAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 400 && Alive() > 0; attempt++)
            await Task.Delay(50, cancellationToken);
        return Alive();
    }

    private int Alive() => _members.Count(member => Stat(member.Key) is { State: not 'Z' } stat && stat.Start == member.Value);

    private static Dictionary<int, string> Below(int root)
    {
        var children = new Dictionary<int, List<(int Id, string Start)>>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Stat(id) is { } stat)
            {
                if (!children.TryGetValue(stat.Parent, out var list))
                    children[stat.Parent] = list = [];
                list.Add((id, stat.Start));
            }
        var members = new Dictionary<int, string>();
        var pending = new Queue<int>([root]);
        while (pending.TryDequeue(out var parent))
            foreach (var (id, start) in children.GetValueOrDefault(parent) ?? [])
                if (members.TryAdd(id, start))
                    pending.Enqueue(id);
        return members;
    }

    private static (int Parent, string Start, char State)? Stat(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), fields[19], fields[0][0]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
