using Plinth.Catalog;

namespace Plinth.Ingestion;

/// <summary>One run at a time compares rows with the table's: two that did so at once would each miss what the other is about to store.</summary>
/// <remarks>Only for layouts whose rows are compared (orders of the hotline, layouts with a rule <c>unique</c>). Held from the first such file to the end of the run; the system frees it when a process dies.</remarks>
internal sealed class RowsLock(string lake, TimeProvider time) : IDisposable
{
    private FileStream? _held;

    /// <summary>Waits until no other run holds it; does nothing for layouts whose rows are not compared.</summary>
    public async Task TakeAsync(SourceContract contract, CancellationToken cancellationToken)
    {
        if (_held is not null || (contract.Dataset != Hotline.HotlineRows.Table && !contract.Rules.Any(r => r.Kind == "unique")))
            return;
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(lake, "control")).FullName, "ingest-rows.lock");
        while (_held is null)
            try
            {
                _held = new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException) when (File.Exists(file))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
            }
    }

    public void Dispose() => _held?.Dispose();
}
