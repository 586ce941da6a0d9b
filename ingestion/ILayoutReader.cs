using Plinth.Catalog;

namespace Plinth.Ingestion;

/// <summary>A reader of files that have columns, whose layouts are told apart by them. Gives its rows as a stream.</summary>
internal interface ILayoutReader : IFileReader
{
    /// <summary>The file's columns as the layout's delimiter and encoding show them; null where they cannot be read. Never throws for what is in the file.</summary>
    IReadOnlyList<string>? Columns(string path, SourceContract contract);

    /// <summary>The file's rows and rejections in its order. May be enumerated once.</summary>
    /// <exception cref="SourceFormatException">Before the first item: it is another kind of file.</exception>
    IEnumerable<ReadItem> Stream(FileInput input);
}
