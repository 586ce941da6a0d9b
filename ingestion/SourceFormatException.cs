using Plinth.Lakehouse;

namespace Plinth.Ingestion;

/// <summary>The file is not what its family or contract says: it is refused whole, and nothing of it is stored.</summary>
public sealed class SourceFormatException(string file, string reason, string expected)
    : LakeException($"{file}: {reason}; expected {expected}")
{
    /// <summary>The file refused.</summary>
    public string File { get; } = file;

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; } = reason;

    /// <summary>What was expected in its place.</summary>
    public string Expected { get; } = expected;
}
