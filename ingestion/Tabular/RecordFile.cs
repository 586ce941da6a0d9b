namespace Plinth.Ingestion.Tabular;

/// <summary>A file as records with named columns.</summary>
/// <param name="Header">Columns, trimmed.</param>
/// <param name="Records">May be enumerated once, and is lazy.</param>
internal sealed record RecordFile(IReadOnlyList<string> Header, IEnumerable<FileRecord> Records);

/// <summary>One record.</summary>
/// <param name="Number">Its line, or its number, from 1.</param>
/// <param name="Values">In the header's order; texts, or typed values where the format has types.</param>
/// <param name="Fault">What is wrong with it as a whole, as the end of a sentence; or null.</param>
internal readonly record struct FileRecord(long Number, object?[] Values, string? Fault = null)
{
    /// <summary>The record itself in the place of <see cref="Values"/>, valid until the next is asked for; null where the values were taken out.</summary>
    public RecordReader? Text { get; init; }
}
