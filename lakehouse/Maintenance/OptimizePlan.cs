using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Files of one partition that are rewritten together.</summary>
internal sealed record OptimizeBin(ImmutableSortedDictionary<string, string?> Partition, IReadOnlyList<AddFile> Files);

/// <summary>Which files an optimize rewrites, and into which order.</summary>
internal sealed record OptimizePlan(long TargetBytes, IReadOnlyList<OptimizeBin> Bins, string? Order)
{
    /// <summary>A tag: by which order a file was written, and in which run. Files of one run and partition do not overlap.</summary>
    public const string OrderTag = "plinth.order";
    private const long DefaultTarget = 128L << 20;

    /// <exception cref="MaintenanceRefusedException">The order names a column that cannot be sorted by, or the table has one that cannot be written.</exception>
    public static OptimizePlan Of(TableState state, OptimizeOptions options)
    {
        if (state.Schema.Columns.FirstOrDefault(c => Writing.SchemaRules.Uses(c.Type, "void")) is { } unwritable)
            throw new MaintenanceRefusedException(state.Table, $"column {unwritable.Name} is of type void, which cannot be written.");
        var target = Math.Max(1, options.TargetBytes ?? Size(state.Setting("delta.targetFileSize")) ?? DefaultTarget);
        var order = OrderOf(state, options);
        var partitions = state.Files.Values.GroupBy(file => JsonSerializer.Serialize(file.PartitionValues), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new OptimizeBin(group.First().PartitionValues, [.. group.OrderBy(f => f.ModificationTime).ThenBy(f => f.Path, StringComparer.Ordinal)]));
        return new(target, [.. order is null ? partitions.SelectMany(p => Small(p, target)) : partitions.Where(p => !IsOrdered(p, order))], order);
    }

    private static string? OrderOf(TableState state, OptimizeOptions options)
    {
        if (options.HilbertBy is { } box)
        {
            if (!options.OrderBy.IsEmpty)
                throw new MaintenanceRefusedException(state.Table, "either columns or a Hilbert curve give the order, not both.");
            var column = state.Schema.IndexOf(box) is var i and >= 0 ? state.Schema.Columns[i] : throw Unknown(state, box);
            return column.Type is DataType.Struct s && s.Fields.Select(f => f.Name).SequenceEqual(["xmin", "ymin", "xmax", "ymax"]) ? $"hilbert({column.Name})"
                : throw new MaintenanceRefusedException(state.Table, $"column {column.Name} is {column.Type}; a Hilbert curve needs a struct of xmin, ymin, xmax, ymax.");
        }
        foreach (var name in options.OrderBy)
            if ((state.Schema.IndexOf(name) is var i and >= 0 ? state.Schema.Columns[i] : throw Unknown(state, name)).Type is not (DataType.Primitive or DataType.Decimal))
                throw new MaintenanceRefusedException(state.Table, $"column {name} is neither text, number nor time, so there is no sorting by it.");
        return options.OrderBy.IsEmpty ? null : string.Join(',', options.OrderBy);
    }

    private static MaintenanceRefusedException Unknown(TableState state, string column) =>
        new(state.Table, $"there is no column {column}; its columns are {string.Join(", ", state.Schema.Columns.Select(c => c.Name))}.");

    /// <summary>Small files, and those with deleted rows, joined as long as they stay under the target.</summary>
    private static IEnumerable<OptimizeBin> Small(OptimizeBin partition, long target)
    {
        var (files, size) = (new List<AddFile>(), 0L);
        foreach (var file in partition.Files.Where(f => f.Size < target - (target / 4) || f.DeletionVector is not null))
        {
            if (files.Count > 0 && size + file.Size > target)
            {
                if (IsWorth(files))
                    yield return partition with { Files = files };
                (files, size) = ([], 0);
            }
            files.Add(file);
            size += file.Size;
        }
        if (IsWorth(files))
            yield return partition with { Files = files };
    }

    private static bool IsWorth(List<AddFile> files) => files.Count > 1 || files is [{ DeletionVector: not null }];

    /// <summary>Whether all files come from one run of this order and nothing was added or deleted since.</summary>
    private static bool IsOrdered(OptimizeBin partition, string order) =>
        partition.Files.Select(f => f.Tags?.GetValueOrDefault(OrderTag)).Distinct(StringComparer.Ordinal).ToList() is [{ } tag] && tag.StartsWith(order + "#", StringComparison.Ordinal)
        && partition.Files.All(f => f.DeletionVector is null);

    /// <summary>Bytes, or a number with k, m or g behind it, as other engines write the property.</summary>
    private static long? Size(string? text)
    {
        var digits = text?.TrimEnd('b', 'B').TrimEnd('k', 'K', 'm', 'M', 'g', 'G');
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        return text!.TrimEnd('b', 'B')[^1] switch { 'k' or 'K' => number << 10, 'm' or 'M' => number << 20, 'g' or 'G' => number << 30, _ => number };
    }
}
