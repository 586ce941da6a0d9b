namespace Plinth.Ingestion.Tabular;

/// <summary>What a family adds to the mapping of its layouts. One a file.</summary>
internal interface IRowRule
{
    /// <summary>Columns of the source that it looks at beside those that are mapped; null in the place of one that the layout does not name.</summary>
    IReadOnlyList<string?> SourceColumns => [];

    /// <summary>A record's values of <see cref="SourceColumns"/>, trimmed; null for blank ones.</summary>
    void See(ReadOnlySpan<string?> values) { }

    /// <summary>Fills columns that follow from others, before required ones are checked.</summary>
    void Complete(object?[] row);

    /// <summary>Looks at a row that is complete.</summary>
    /// <param name="duplicate">Whether the row repeats an earlier one of the file in every value: it is left out and counted.</param>
    /// <returns>Why the row is to be rejected, as the end of a sentence; or null.</returns>
    string? Check(object?[] row, out bool duplicate)
    {
        duplicate = false;
        return null;
    }

    /// <summary>Rows of other tables that this row implies and no row before it did.</summary>
    IEnumerable<ReadItem> Beside(object?[] row, string sourceRow);
}
