using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Bulk loading. Dispose flushes; an error names the row. Rows reach other connections when they are flushed.</summary>
public sealed unsafe class Appender : IDisposable
{
    private readonly AppenderHandle handle;
    private readonly ChunkHandle chunk;
    private readonly ColumnFill[] columns;
    private readonly ConnectionHandle connection;
    private readonly string? schema;
    private readonly string table;
    private int rows; // in the chunk
    private long handed; // to DuckDB
    private bool failed;

    internal Appender(ConnectionHandle connection, string? schema, string table)
    {
        this.connection = connection;
        this.schema = schema;
        this.table = table;
        var state = Capi.AppenderCreate(connection, schema, table, out var appender);
        handle = new(appender);
        if (state != Capi.Success)
        {
            var message = Message();
            handle.Dispose();
            throw new SqlException(message);
        }
        var types = new nint[Capi.AppenderColumnCount(appender)];
        for (var i = 0; i < types.Length; i++)
            types[i] = Capi.AppenderColumnType(appender, (ulong)i);
        fixed (nint* first = types)
            chunk = new(Capi.CreateDataChunk(first, (ulong)types.Length));
        columns = Array.ConvertAll(types, type => new ColumnFill(ColumnType.Take(type)));
        StartChunk();
    }

    /// <summary>Adds a row of CLR values in the table's column order (see <see cref="DataType"/>). After an error the row is not there, and the next may follow.</summary>
    /// <exception cref="ArgumentException">A value does not fit its column; the message names row, from 0, and column.</exception>
    /// <exception cref="SqlException">DuckDB refuses the rows, e.g. for a constraint; this appender is then of no more use.</exception>
    public void AddRow(params ReadOnlySpan<object?> values)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        if (values.Length != columns.Length)
            throw new ArgumentException($"Table '{table}', row {handed + rows}: {values.Length} values for {columns.Length} columns.", nameof(values));
        for (var i = 0; i < columns.Length; i++)
        {
            try
            {
                columns[i].Write((ulong)rows, values[i]);
            }
            catch (Exception exception) when (exception is ArgumentException or OverflowException)
            {
                throw new ArgumentException($"Table '{table}', row {handed + rows}, column '{ColumnName(i)}': {exception.Message}", nameof(values), exception);
            }
        }
        if (++rows == Capi.VectorSize)
            HandChunk();
    }

    /// <summary>Hands everything to the table.</summary>
    /// <inheritdoc cref="AddRow"/>
    public void Flush()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        if (failed)
            throw new InvalidOperationException($"The appender of table '{table}' has failed before: its rows since the last flush are lost.");
        HandChunk();
        Check(Capi.AppenderFlush(handle));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (handle.IsClosed)
            return;
        try
        {
            if (!failed)
                Flush();
        }
        finally
        {
            handle.Dispose();
            chunk.Dispose();
        }
    }

    private void HandChunk()
    {
        if (rows == 0)
            return;
        Capi.ChunkSetSize(chunk.Pointer, (ulong)rows);
        Check(Capi.AppendDataChunk(handle, chunk.Pointer));
        handed += rows;
        StartChunk();
    }

    private string ColumnName(int column)
    {
        var state = Capi.TableDescriptionCreate(connection, schema, table, out var description);
        try
        {
            return state == Capi.Success
                && Capi.TableDescriptionColumnName(description, (ulong)column) is var name and not 0 ? Capi.TakeText(name) : $"{column + 1}";
        }
        finally
        {
            Capi.TableDescriptionDestroy(ref description);
        }
    }

    private void StartChunk()
    {
        rows = 0;
        Capi.ChunkReset(chunk.Pointer);
        for (var i = 0; i < columns.Length; i++)
            columns[i].Start(Capi.ChunkVector(chunk.Pointer, (ulong)i));
    }

    private void Check(int state)
    {
        if (state == Capi.Success)
            return;
        failed = true;
        throw new SqlException($"{Message()} (table '{table}', among the rows up to {handed + rows})");
    }

    private string Message()
    {
        var error = Capi.AppenderErrorData(handle.DangerousGetHandle());
        var message = Capi.Text(Capi.ErrorDataMessage(error));
        Capi.DestroyErrorData(ref error);
        return message;
    }
}
