using System.Collections.Immutable;

namespace Plinth.Lakehouse.Pruning;

/// <summary>A condition that a scan puts on its rows, as far as statistics of whole files can decide it.</summary>
internal abstract record FileFilter
{
    private FileFilter() { }

    /// <summary>Nothing is known: any file may hold rows.</summary>
    public static readonly FileFilter Anything = new Always();

    public sealed record Always : FileFilter
    {
        public override string ToString() => "true";
    }

    public sealed record All(ImmutableArray<FileFilter> Parts) : FileFilter
    {
        public override string ToString() => string.Join(" AND ", Parts.Select(part => part is Any ? $"({part})" : part.ToString()));
    }

    public sealed record Any(ImmutableArray<FileFilter> Parts) : FileFilter
    {
        public override string ToString() => string.Join(" OR ", Parts.Select(part => part is All ? $"({part})" : part.ToString()));
    }

    /// <param name="Column">The column's name, then those of the fields in it.</param>
    public sealed record Compare(ColumnPath Column, Comparison Operator, PlanValue Value) : FileFilter
    {
        public override string ToString() => $"{Column} {Operator switch { Comparison.Equal => "=", Comparison.Less => "<", Comparison.LessOrEqual => "<=", Comparison.Greater => ">", _ => ">=" }} {Value}";
    }

    public sealed record In(ColumnPath Column, ImmutableArray<PlanValue> Values) : FileFilter
    {
        public override string ToString() => $"{Column} IN ({string.Join(", ", Values.Take(8))}{(Values.Length > 8 ? ", …" : "")})";
    }

    public sealed record Null(ColumnPath Column, bool Wanted) : FileFilter
    {
        public override string ToString() => $"{Column} IS {(Wanted ? "" : "NOT ")}NULL";
    }

    /// <summary>All of <paramref name="parts"/>; those that say nothing are left out.</summary>
    public static FileFilter And(IEnumerable<FileFilter> parts)
    {
        ImmutableArray<FileFilter> known = [.. parts.Where(part => part is not Always).SelectMany(part => part is All all ? all.Parts : [part]).Distinct()];
        return known.Length switch { 0 => Anything, 1 => known[0], _ => new All(known) };
    }

    /// <summary>One of <paramref name="parts"/>; nothing is known as soon as nothing is known of one.</summary>
    public static FileFilter Or(IEnumerable<FileFilter> parts)
    {
        ImmutableArray<FileFilter> all = [.. parts.SelectMany(part => part is Any any ? any.Parts : [part]).Distinct()];
        return all.IsEmpty || all.Any(part => part is Always) ? Anything : all.Length == 1 ? all[0] : new Any(all);
    }
}

internal enum Comparison
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A column, or a field within structs.</summary>
internal readonly record struct ColumnPath(ImmutableArray<string> Names)
{
    public ColumnPath Field(string name) => new(Names.Add(name));

    public bool Equals(ColumnPath other) => Names.AsSpan().SequenceEqual(other.Names.AsSpan());

    public override int GetHashCode() => Names.Aggregate(17, (hash, name) => HashCode.Combine(hash, name.GetHashCode(StringComparison.Ordinal)));

    public override string ToString() => string.Join('.', Names);
}
