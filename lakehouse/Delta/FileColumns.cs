using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Plinth.Lakehouse.Delta;

/// <summary>A checkpoint's files, column by column: hundreds of thousands of them cost a few bytes each, and an action is made of one when it is asked for.</summary>
/// <remarks>Of two files with the same key the later counts. Filled by one thread; then read by many.</remarks>
internal sealed class FileColumns
{
    private readonly List<long> _sizes = [], _times = [];
    private readonly List<int> _ends = [], _hashes = [], _partitions = [], _tags = [], _statistics = [], _sources = [];
    private readonly List<CheckpointStatistics?> _allSources = [];
    private readonly List<ImmutableSortedDictionary<string, string?>> _maps = [FileAction.NoValues];
    private readonly Dictionary<string, int> _mapNumbers = new(StringComparer.Ordinal) { ["{}"] = 0 };

    // What few files have.
    private readonly Dictionary<int, DeletionVector> _vectors = [];
    private readonly Dictionary<int, (long? BaseRowId, long? Commit, string? Clustering)> _more = [];
    private readonly Dictionary<int, string> _canonical = [];

    private byte[] _paths = new byte[1 << 12];
    private int[] _slots = []; // open addressing; the file's number and one, or 0

    public int Count => _sizes.Count;

    /// <summary>The statistics of the files added from now on.</summary>
    public void From(CheckpointStatistics? source) => _allSources.Add(source);

    /// <summary>The number of a map that stands in JSON; the same few come again and again.</summary>
    public int MapNumber(string json, Func<string, ImmutableSortedDictionary<string, string?>> parse)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_mapNumbers, json, out var known);
        if (!known)
        {
            number = _maps.Count;
            _maps.Add(parse(json));
        }
        return number;
    }

    /// <param name="path">As the log has it, UTF-8.</param>
    /// <param name="partition">From <see cref="MapNumber"/>.</param>
    /// <param name="tags">From <see cref="MapNumber"/>; -1 for none.</param>
    /// <param name="statistics">The file's place in its source.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> path, long size, long time, int partition, int tags, DeletionVector? vector, (long? BaseRowId, long? Commit, string? Clustering) more, int statistics)
    {
        if ((Count + 1) * 2 > _slots.Length)
            Grow();
        var plain = path.IndexOf((byte)'%') < 0 && !path.StartsWith("file:"u8);
        var canonical = plain ? null : DataPaths.Canonical(Encoding.UTF8.GetString(path));
        var key = plain ? path : Encoding.UTF8.GetBytes(canonical!);
        var hash = Hash(key, vector?.UniqueId);
        var slot = Slot(hash, key, vector?.UniqueId);
        if (_slots[slot] is > 0 and var known)
        {
            Set(known - 1);
            return;
        }
        var number = Count;
        _slots[slot] = number + 1;
        var start = Start(number);
        while (start + path.Length > _paths.Length)
            Array.Resize(ref _paths, checked(_paths.Length * 2));
        path.CopyTo(_paths.AsSpan(start));
        _ends.Add(start + path.Length);
        _hashes.Add(hash);
        _sizes.Add(0);
        _times.Add(0);
        _partitions.Add(0);
        _tags.Add(0);
        _statistics.Add(0);
        _sources.Add(0);
        if (canonical is not null)
            _canonical[number] = canonical;
        Set(number);

        void Set(int at)
        {
            (_sizes[at], _times[at], _partitions[at], _tags[at], _statistics[at], _sources[at]) = (size, time, partition, tags, statistics, _allSources.Count - 1);
            if (vector is not null)
                _vectors[at] = vector;
            if (more is not (null, null, null))
                _more[at] = more;
        }
    }

    public AddFile this[int number]
    {
        get
        {
            var more = _more.GetValueOrDefault(number);
            return new(Encoding.UTF8.GetString(Path(number)), _sizes[number], _times[number])
            {
                PartitionValues = _maps[_partitions[number]],
                Tags = TagsOf(number),
                DeletionVector = _vectors.GetValueOrDefault(number),
                BaseRowId = more.BaseRowId,
                DefaultRowCommitVersion = more.Commit,
                ClusteringProvider = more.Clustering,
                StatisticsSource = _allSources[_sources[number]],
                StatisticsRow = _statistics[number],
            };
        }
    }

    public (CheckpointStatistics? Source, int Row) StatisticsOf(int number) => (_allSources[_sources[number]], _statistics[number]);

    public ImmutableSortedDictionary<string, string?>? TagsOf(int number) => _tags[number] < 0 ? null : _maps[_tags[number]];

    /// <summary>The number of the file with that key, or -1.</summary>
    public int Find(FileKey key)
    {
        if (_slots.Length == 0)
            return -1;
        var path = Encoding.UTF8.GetBytes(key.Path);
        return _slots[Slot(Hash(path, key.DeletionVector), path, key.DeletionVector)] - 1;
    }

    private int Start(int number) => number == 0 ? 0 : _ends[number - 1];

    private ReadOnlySpan<byte> Path(int number) => _paths.AsSpan(Start(number), _ends[number] - Start(number));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Is(int number, ReadOnlySpan<byte> canonical, string? vector) =>
        (_canonical.TryGetValue(number, out var decoded) ? Encoding.UTF8.GetBytes(decoded).AsSpan().SequenceEqual(canonical) : Path(number).SequenceEqual(canonical))
        && string.Equals(_vectors.GetValueOrDefault(number)?.UniqueId, vector, StringComparison.Ordinal);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Hash(ReadOnlySpan<byte> path, string? vector)
    {
        var hash = new HashCode();
        hash.AddBytes(path);
        hash.Add(vector);
        return hash.ToHashCode();
    }

    /// <summary>Where the file is, or where it would be put.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Slot(int hash, ReadOnlySpan<byte> canonical, string? vector)
    {
        var mask = _slots.Length - 1;
        for (var slot = hash & mask; ; slot = (slot + 1) & mask)
            if (_slots[slot] == 0 || (_hashes[_slots[slot] - 1] == hash && Is(_slots[slot] - 1, canonical, vector)))
                return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        _slots = new int[Math.Max(64, _slots.Length * 2)];
        var mask = _slots.Length - 1;
        for (var number = 0; number < Count; number++)
        {
            var slot = _hashes[number] & mask;
            while (_slots[slot] != 0)
                slot = (slot + 1) & mask;
            _slots[slot] = number + 1;
        }
    }
}
