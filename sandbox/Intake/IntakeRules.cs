using System.Text.RegularExpressions;

namespace Plinth.Sandbox.Intake;

/// <summary>What a submission may consist of. The same for folders and archives.</summary>
internal sealed partial class IntakeRules(List<string> faults)
{
    internal const int MaximumFiles = 500, MaximumDepth = 8, MaximumFaults = 20, MaximumRatio = 100;
    internal const long MaximumBytes = 64L << 20, RatioAllowance = 1L << 20;

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _folders = new(StringComparer.OrdinalIgnoreCase);
    private long _bytes;

    /// <summary>Whether nothing was wrong so far.</summary>
    public bool Clean => faults.Count == 0;

    /// <summary>No use in going on: too much is wrong, or too big.</summary>
    public bool Over { get; private set; }

    /// <summary>Checks a path before anything of that name is opened or made.</summary>
    public bool Admit(string path)
    {
        var shown = Shown(path);
        var parts = path.Split('/');
        if (parts.Length > MaximumDepth)
            return Refuse($"'{shown}' lies deeper than {MaximumDepth} folders");
        if (!parts.All(part => Part().IsMatch(part)))
            return Refuse($"'{shown}' is not a name that is taken; use letters, digits, '.', '_' and '-', not beginning with '.' or '-'");
        if (!_names.Add(path) || _folders.Contains(path))
            return Refuse($"'{shown}' is there twice, or differs from another name only by case");
        for (var i = 1; i < parts.Length; i++)
        {
            var folder = string.Join('/', parts[..i]);
            if (_names.Contains(folder))
                return Refuse($"'{shown}' lies in a folder that is also a file");
            _folders.Add(folder);
        }
        if (_names.Count > MaximumFiles)
        {
            Over = true;
            return Refuse($"it holds more than {MaximumFiles} files");
        }
        return true;
    }

    /// <summary>Counts bytes as they come out, whatever the archive says about their number.</summary>
    public bool Count(long bytes)
    {
        _bytes += bytes;
        if (_bytes <= MaximumBytes)
            return true;
        Over = true;
        return Refuse($"it holds more than {MaximumBytes >> 20} MiB");
    }

    public bool Refuse(string fault)
    {
        if (faults.Count < MaximumFaults)
            faults.Add(fault);
        else
            Over = true;
        return false;
    }

    /// <summary>A name fit for a message: printable, not long.</summary>
    public static string Shown(string path) => Unprintable().Replace(path.Length > 80 ? path[..80] + "…" : path, "?");

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Part();

    [GeneratedRegex("[^ -~…]", RegexOptions.CultureInvariant)]
    private static partial Regex Unprintable();
}
