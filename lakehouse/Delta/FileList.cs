namespace Plinth.Lakehouse.Delta;

/// <summary>A version's files in some order, by number: those of a checkpoint in place, so that choosing among hundreds of thousands makes no object of each, then the others.</summary>
internal sealed class FileList(FileColumns? checkpoint, int[]? numbers, AddFile[] others)
{
    private readonly int _fromCheckpoint = numbers?.Length ?? checkpoint?.Count ?? 0;

    public int Count => _fromCheckpoint + others.Length;

    public AddFile this[int file] => file < _fromCheckpoint ? checkpoint![Number(file)] : others[file - _fromCheckpoint];

    /// <summary>Where the file's statistics are, if they are not in memory.</summary>
    public (CheckpointStatistics? Source, int Row) StatisticsOf(int file) => file < _fromCheckpoint ? checkpoint!.StatisticsOf(Number(file))
        : (others[file - _fromCheckpoint].StatisticsSource, others[file - _fromCheckpoint].StatisticsRow);

    public bool HasTag(int file, string key) => (file < _fromCheckpoint ? checkpoint!.TagsOf(Number(file)) : others[file - _fromCheckpoint].Tags)?.ContainsKey(key) == true;

    private int Number(int file) => numbers is null ? file : numbers[file];
}
