namespace Plinth.Ingestion.Tabular;

/// <summary>What a family adds to the mapping of its layouts. One a file.</summary>
internal interface IRowRule
{
    /// <summary>Fills columns that follow from others, before required ones are checked.</summary>
    void Complete(object?[] row);

    /// <summary>Rows of other tables that this row implies and no row before it did.</summary>
    IEnumerable<ReadItem> Beside(object?[] row, string sourceRow);
}
