using System.Collections.Immutable;
using Plinth.Lakehouse;

namespace Plinth.Catalog;

/// <summary>Somebody or something that reads: a person, a vendor, a module, a job.</summary>
/// <param name="Name">Unique, e.g. <c>vendor:acme</c>, <c>person:li</c>, <c>module:service</c>, <c>system:operator</c>.</param>
/// <param name="Organisation">Whom it belongs to.</param>
/// <param name="Roles">Any of <c>operator, steward, planner, vendor, module, reviewer, ingest</c>.</param>
public sealed record Principal(string Name, string Organisation, ImmutableArray<string> Roles)
{
    /// <summary>The one who works on the lake's own machine with its own files: may read everything; every reading is audited all the same.</summary>
    public static Principal Operator { get; } = new("system:operator", "plinth", ["operator"]);
}

/// <summary>Who may read what, for what, until when.</summary>
public sealed record Grant
{
    /// <summary>Given by the catalog.</summary>
    public required string Id { get; init; }
    /// <summary>The principal's name.</summary>
    public required string Principal { get; init; }
    /// <summary>The dataset.</summary>
    public required TableName Dataset { get; init; }
    /// <summary>What for; a passage must name the same purpose.</summary>
    public required string Purpose { get; init; }
    /// <summary>Columns that may be read; empty for all whose level is at most <see cref="MaxLevel"/>.</summary>
    public ImmutableArray<string> Columns { get; init; } = [];
    /// <summary>Columns above this level are masked (NULL).</summary>
    public Level MaxLevel { get; init; } = Level.L2;
    /// <summary>A SQL condition on the dataset's columns that rows must meet; null for all rows. Written by a steward, never by the one who reads.</summary>
    public string? RowFilter { get; init; }
    /// <summary>A fixed version; null for the newest.</summary>
    public long? Version { get; init; }
    /// <summary>Not valid from then on.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
