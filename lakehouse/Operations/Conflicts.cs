using System.Globalization;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Operations;

/// <summary>Whether a change that was worked out on one state still holds behind a commit that came after it.</summary>
internal static class Conflicts
{
    /// <summary>Why not; null where it holds.</summary>
    public static string? Reason(Change change, TableState before, IReadOnlyList<LogAction> winner, AppTransaction? transaction, Workbench bench)
    {
        if (winner.OfType<Protocol>().Any())
            return "it changed the table's protocol";
        if (winner.OfType<Metadata>().Any())
            return "it changed the table's schema or properties";
        if (transaction is not null && winner.OfType<Transaction>().Any(t => t.AppId == transaction.AppId))
            return string.Create(CultureInfo.InvariantCulture, $"it holds a batch of '{transaction.AppId}'");
        var removed = winner.OfType<RemoveFile>().ToList();
        var mine = change.Removes.Select(remove => remove.Key).ToHashSet();
        if (removed.Exists(remove => mine.Contains(remove.Key)))
            return "it removed a file that this change removes too";
        if (change.Reads is not { } reads)
            return null;
        // Compaction moves rows without changing them: it only conflicts over the very files.
        var gone = removed.Where(remove => remove.DataChange).Select(remove => before.Files.GetValueOrDefault(remove.Key)).OfType<AddFile>().ToList();
        if (reads.Matching(bench.Connection, gone).Count > 0)
            return "it removed rows that this change has read";
        return reads.Matching(bench.Connection, [.. winner.OfType<AddFile>().Where(add => add.DataChange)]).Count > 0 ? "it added rows where this change has looked for some" : null;
    }
}
