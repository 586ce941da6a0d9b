using Plinth.Catalog;
using Plinth.Ingestion.Photos;
using Plinth.Lakehouse;

namespace Plinth.Ingestion;

/// <summary>Turns one kind of file into rows. Stateless; safe to use from many threads.</summary>
internal interface IFileReader
{
    /// <summary>The format's name in <see cref="SourceContract.Format"/>, e.g. <c>photo</c>.</summary>
    string Name { get; }

    /// <summary>What a file of this kind is, as a refusal's message names it.</summary>
    string Expected { get; }

    /// <summary>Whether a file is read fast into few rows, so that it may be read before it is known to be wanted.</summary>
    bool IsQuick => false;

    /// <value>Whether rows of all its tables are counted as the file's; else only those of the layout's own dataset, which the others stand beside.</value>
    bool CountsEveryTable => false;

    /// <summary>Whether the file looks like one of this kind. Never throws.</summary>
    /// <param name="head">Its first bytes (4,096, or all of a shorter file).</param>
    /// <param name="fileName">Its name without folder.</param>
    bool Recognises(ReadOnlySpan<byte> head, string fileName);

    /// <summary>Reads the file whole. Bad rows come back as rejections.</summary>
    /// <exception cref="SourceFormatException">It is another kind of file, or broken as a whole.</exception>
    ReadResult Read(FileInput input);
}

/// <summary>One file to read.</summary>
/// <param name="Path">Where it lies; the last part is the file's own name.</param>
/// <param name="Sha256">Hash of its content, lower-case hexadecimal.</param>
internal sealed record FileInput(string Path, string Sha256, SourceContract Contract, ICoordinates Coordinates)
{
    /// <value>What a report calls it, where it was unpacked out of an archive for this reading only; else null.</value>
    public string? Shown { get; init; }

    /// <summary>Names of the folder it lies in and of the one around that.</summary>
    public string Folder => FlightFolder.Of(Shown ?? Path);

    /// <summary>What rows may be held against; null where a file is read by itself.</summary>
    public Surroundings? Surroundings { get; init; }
}

/// <summary>What a file gave: rows for each table, and what could not become a row.</summary>
internal sealed record ReadResult(IReadOnlyList<TableRows> Tables, IReadOnlyList<RejectedRow> Rejected);

/// <summary>Rows in the dataset contract's column order. May be enumerated once, and may be lazy.</summary>
internal sealed record TableRows(TableName Table, IEnumerable<object?[]> Rows);

/// <summary>Something in a file that could not become a row.</summary>
/// <param name="Line">Its line, from 1, where the file has lines.</param>
/// <param name="Column">The column or member at fault.</param>
/// <param name="Value">The text at fault, or the object's id.</param>
/// <param name="Reason">What is wrong and what to do.</param>
internal sealed record RejectedRow(long? Line, string? Column, string? Value, string Reason)
{
    /// <summary>The rule it broke: see <see cref="Rules.RuleNames"/>; null for what the format itself asks.</summary>
    public string? Rule { get; init; }

    /// <summary>Where in the file it begins, in bytes from 0, where the file has no lines.</summary>
    public long? Offset { get; init; }
}
