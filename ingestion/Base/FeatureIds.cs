using Plinth.Catalog;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Base;

/// <summary>Makes identifiers of features: of the layout's column where it maps one, else of the file's hash and the feature's number.</summary>
internal sealed class FeatureIds(FileInput input, string table, int column) : IRowRule
{
    private readonly string _prefix = $"urn:plinth:{table}:{RowMapper.SourceName(input.Contract)}:";
    private long _number;

    /// <summary>Null where the dataset has no column <c>&lt;table&gt;_id</c>.</summary>
    public static FeatureIds? For(FileInput input, DatasetContract dataset) =>
        DatasetColumns.IndexOf(dataset, $"{dataset.Table.Name}_id") is >= 0 and var column ? new(input, dataset.Table.Name, column) : null;

    /// <inheritdoc/>
    public void Complete(object?[] row) => row[column] = _prefix + (row[column] as string ?? $"{input.Sha256[..16]}/{++_number}");

    /// <inheritdoc/>
    public IEnumerable<ReadItem> Beside(object?[] row, string sourceRow) => [];
}
