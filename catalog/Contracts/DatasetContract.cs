using System.Collections.Immutable;
using Plinth.Lakehouse;

namespace Plinth.Catalog;

/// <summary>What a dataset promises: its columns with types, units and levels, its owner, how long rows are kept.</summary>
/// <remarks>Written as YAML in the shape of the Open Data Contract Standard 3, one file a dataset: <c>catalog/contracts/hotline.service_request.yaml</c>.</remarks>
public sealed record DatasetContract
{
    /// <summary>The table that holds it.</summary>
    public required TableName Table { get; init; }

    /// <summary>Semantic version of the contract.</summary>
    public required string Version { get; init; }

    /// <summary>A title for people.</summary>
    public required string Title { get; init; }

    /// <summary>The same in Chinese.</summary>
    public string? TitleZh { get; init; }

    /// <summary>Purpose and contents in a sentence or two.</summary>
    public string? Description { get; init; }

    /// <summary>The office that answers for it.</summary>
    public required string Owner { get; init; }

    /// <summary>How long rows are kept, as ISO 8601 duration (<c>P5Y</c>); null for ever.</summary>
    public string? Retention { get; init; }

    /// <summary>The column from which that time counts; null where none can tell it, so that rows are not taken out by themselves.</summary>
    public string? RetentionColumn { get; init; }

    /// <summary>The highest level of its columns, or higher.</summary>
    public required Level Level { get; init; }

    /// <summary>Its columns, in the table's order.</summary>
    public required ImmutableArray<ContractColumn> Columns { get; init; }

    /// <summary>Columns that identify a row.</summary>
    public ImmutableArray<string> PrimaryKey { get; init; } = [];

    /// <summary>The table's schema: types, nullability, and unit, level, CRS as column metadata (<c>plinth.unit</c>, <c>plinth.level</c>, <c>plinth.crs</c>).</summary>
    public TableSchema ToSchema() => new([.. Columns.Select(c => new Column(c.Name, c.Type, !c.Required, Metadata(c)))], []);

    private static ImmutableSortedDictionary<string, string> Metadata(ContractColumn column)
    {
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        metadata["plinth.level"] = column.Level.ToString();
        if (column.Unit is { } unit)
            metadata["plinth.unit"] = unit;
        if (column.Crs is { } crs)
            metadata["plinth.crs"] = crs;
        return metadata.ToImmutable();
    }
}

/// <summary>One column of a contract.</summary>
/// <param name="Unit">UCUM code, e.g. <c>m</c>, <c>km/h</c>, <c>deg</c>; null where there is none.</param>
/// <param name="Crs">For geometry (WKB in binary): the CRS it is stored in, normally OGC:CRS84.</param>
/// <param name="Personal">Holds personal data: stored only as a keyed pseudonym unless the level says it may stay.</param>
public sealed record ContractColumn(string Name, DataType Type, bool Required, Level Level, string? Unit = null, string? Crs = null, bool Personal = false, string? Description = null);
