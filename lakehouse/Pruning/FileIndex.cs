using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Pruning;

/// <summary>The files of one version, column by column: partition values and statistics. A column is read when it is first asked for. Safe to use from many threads.</summary>
internal sealed class FileIndex(TableState state)
{
    private const int FilesPerThread = 1024;
    private readonly FileList _files = state.Files.ToList();
    private readonly ConcurrentDictionary<ColumnPath, ColumnBounds?> _columns = new();

    /// <summary>The files that can hold rows for which <paramref name="filter"/> is true.</summary>
    public IReadOnlyList<AddFile> Matching(FileFilter filter)
    {
        if (filter is FileFilter.Always)
            return [.. state.Files.Values];
        var keep = Evaluate(filter);
        var kept = new List<AddFile>();
        for (var i = 0; i < keep.Length; i++)
            if (keep[i])
                kept.Add(_files[i]);
        return kept;
    }

    private bool[] Evaluate(FileFilter filter)
    {
        var keep = new bool[_files.Count];
        switch (filter)
        {
            case FileFilter.All all:
                Array.Fill(keep, true);
                foreach (var part in all.Parts)
                {
                    var holds = Evaluate(part);
                    for (var i = 0; i < keep.Length; i++)
                        keep[i] &= holds[i];
                }
                break;
            case FileFilter.Any any:
                foreach (var part in any.Parts)
                {
                    var holds = Evaluate(part);
                    for (var i = 0; i < keep.Length; i++)
                        keep[i] |= holds[i];
                }
                break;
            case FileFilter.Compare compare when Bounds(compare.Column) is { } bounds && bounds.Kind == compare.Value.Kind:
                for (var i = 0; i < keep.Length; i++)
                    keep[i] = bounds.CanHold(i, compare.Operator, compare.Value);
                break;
            case FileFilter.In list when Bounds(list.Column) is { } bounds && list.Values.All(value => value.Kind == bounds.Kind):
                for (var i = 0; i < keep.Length; i++)
                    foreach (var value in list.Values)
                        if (keep[i] = bounds.CanHold(i, Comparison.Equal, value))
                            break;
                break;
            case FileFilter.Null test when Bounds(test.Column) is { } bounds:
                var ruledOut = test.Wanted ? ColumnBounds.Known.NoNulls : ColumnBounds.Known.AllNull;
                for (var i = 0; i < keep.Length; i++)
                    keep[i] = (bounds.Flags[i] & ruledOut) == ColumnBounds.Known.Nothing;
                break;
            default:
                Array.Fill(keep, true);
                break;
        }
        return keep;
    }

    private ColumnBounds? Bounds(ColumnPath path) => _columns.GetOrAdd(path, Read);

    /// <summary>Null for a column that has no bounds.</summary>
    private ColumnBounds? Read(ColumnPath path)
    {
        if (Resolve(path) is not var (column, physical) || KindOf(column.Type) is not { } kind)
            return null;
        var bounds = new ColumnBounds(kind, _files.Count);
        if (path.Names.Length == 1 && state.Schema.PartitionColumns.Contains(column.Name, StringComparer.OrdinalIgnoreCase))
        {
            for (var i = 0; i < _files.Count; i++)
                ReadPartition(bounds, i, Scan.Partition(_files[i], column, state.Mapping), kind, column.Type);
            return bounds;
        }
        // Of true and false nobody writes bounds; a float that became a double is not the number that its text gives.
        if (column.Type is DataType.Primitive { Name: "boolean" } || (kind == ValueKind.Floating && Features.HasTypeWidening(state.Protocol!)))
            return null;
        var text = new StatisticsText([.. physical.Select(Encoding.UTF8.GetBytes)], kind, column.Type);
        // Before the threads begin: one would read while the others wait for it.
        var loaded = Enumerable.Range(0, _files.Count).Select(file => _files.StatisticsOf(file).Source).OfType<CheckpointStatistics>().Distinct().ToDictionary(source => source, source => source.Load());
        if (_files.Count <= FilesPerThread)
            ReadFiles(0, _files.Count);
        else
            Parallel.ForEach(Partitioner.Create(0, _files.Count, FilesPerThread), range => ReadFiles(range.Item1, range.Item2));
        return bounds;

        void ReadFiles(int from, int to)
        {
            var buffer = new ArrayBufferWriter<byte>(1024);
            for (var i = from; i < to; i++)
                text.Read(Statistics(i, buffer), bounds, i, trustFloatingMax: _files.HasTag(i, LayoutTag.Key));
        }

        // Those of a checkpoint are read in place.
        ReadOnlySpan<byte> Statistics(int file, ArrayBufferWriter<byte> buffer)
        {
            if (_files.StatisticsOf(file) is ({ } source, var row))
                return loaded[source][row];
            buffer.ResetWrittenCount();
            Encoding.UTF8.GetBytes(_files[file].Stats ?? "", buffer);
            return buffer.WrittenSpan;
        }
    }

    /// <summary>The column, or the field within structs, and its names in files.</summary>
    private (Column Column, List<string> Physical)? Resolve(ColumnPath path)
    {
        IEnumerable<Column> fields = state.Schema.Columns;
        Column? found = null;
        var names = new List<string>();
        foreach (var name in path.Names)
        {
            if (found is not null && found.Type is not DataType.Struct)
                return null;
            found = fields.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
            if (found is null)
                return null;
            names.Add(Projection.PhysicalName(found, state.Mapping));
            fields = found.Type is DataType.Struct inner ? inner.Fields : [];
        }
        return found is null ? null : (found, names);
    }

    private static ValueKind? KindOf(DataType type) => type switch
    {
        DataType.Primitive { Name: "byte" or "short" or "integer" or "long" or "date" or "timestamp" or "timestamp_ntz" or "boolean" } => ValueKind.Whole,
        DataType.Primitive { Name: "float" or "double" } => ValueKind.Floating,
        DataType.Primitive { Name: "string" } => ValueKind.Text,
        DataType.Decimal { Scale: <= 28 } => ValueKind.Decimal,
        _ => null,
    };

    private static void ReadPartition(ColumnBounds bounds, int file, string? text, ValueKind kind, DataType type)
    {
        if (string.IsNullOrEmpty(text))
        {
            bounds.Flags[file] = ColumnBounds.Known.AllNull;
            return;
        }
        bounds.Flags[file] = ColumnBounds.Known.NoNulls;
        if (Value(text, kind, type) is not { } value)
            return;
        bounds.Set(file, ColumnBounds.Known.Min, value);
        bounds.Set(file, ColumnBounds.Known.Max, value);
    }

    private static PlanValue? Value(string text, ValueKind kind, DataType type) => (kind, type.ToString()) switch
    {
        (ValueKind.Whole, "boolean") => bool.TryParse(text, out var truth) ? new(kind, "", Whole: truth ? 1 : 0) : null,
        (ValueKind.Whole, "date" or "timestamp" or "timestamp_ntz") => StatisticsText.Instant(text, type) is { } instant ? new(kind, "", Whole: instant) : null,
        (ValueKind.Whole, _) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? new(kind, "", Whole: whole) : null,
        (ValueKind.Floating, _) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? new(kind, "", Floating: number) : null,
        (ValueKind.Decimal, _) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? new(kind, "", Decimal: number) : null,
        _ => new(kind, "", Text: Encoding.UTF8.GetBytes(text)),
    };
}
