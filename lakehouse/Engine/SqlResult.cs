using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>A column of a result: its name and DuckDB's name of its type, e.g. <c>VARCHAR</c>, <c>STRUCT(a INTEGER)</c>.</summary>
public sealed record SqlColumn(string Name, string Type, SqlType Kind);

/// <summary>A result that streams in chunks of up to 2,048 rows.</summary>
public sealed class SqlResult : IDisposable
{
    private readonly SqlConnection connection;
    private readonly ResultHandle handle;
    private readonly CancellationToken cancellationToken;
    private readonly ColumnType[] types;
    private readonly long statement;
    private bool ended;
    private int count;

    internal unsafe SqlResult(SqlConnection connection, ResultHandle handle, CancellationToken cancellationToken)
    {
        this.connection = connection;
        this.handle = handle;
        this.cancellationToken = cancellationToken;
        statement = connection.Started;
        types = new ColumnType[Capi.ColumnCount(handle.Result)];
        var columns = new SqlColumn[types.Length];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = ColumnType.Take(Capi.ColumnLogicalType(handle.Result, (ulong)i));
            columns[i] = new(Capi.Text(Capi.ColumnName(handle.Result, (ulong)i)), types[i].ToString(), types[i].Kind);
        }
        Columns = columns;
    }

    /// <summary>The result's columns.</summary>
    public IReadOnlyList<SqlColumn> Columns { get; }

    /// <summary>The current chunk.</summary>
    /// <exception cref="InvalidOperationException"><see cref="NextChunk"/> was not called, or gave false.</exception>
    public DataChunk Chunk
    {
        get
        {
            ObjectDisposedException.ThrowIf(handle.IsClosed && !ended, this);
            return count > 0 ? new(handle.Chunk, types, count) : throw new InvalidOperationException("There is no current chunk: call NextChunk, and stop when it gives false.");
        }
    }

    /// <summary>Goes to the next chunk; false after the last. The chunk before becomes invalid.</summary>
    /// <exception cref="SqlException">The statement failed on the way.</exception>
    /// <exception cref="OperationCanceledException">The token given to the query was cancelled, or the connection interrupted.</exception>
    /// <exception cref="InvalidOperationException">The connection has run another statement since, which ended this result.</exception>
    public unsafe bool NextChunk()
    {
        count = 0;
        if (ended)
            return false;
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        if (statement != connection.Started)
            throw new InvalidOperationException("The connection ran another statement before this result was read to its end. Use a second connection, or read it with SqlConnection.Rows first.");
        try
        {
            using var scope = InterruptScope.Start(connection.Handle, cancellationToken);
            if (handle.Fetch())
                count = (int)Capi.ChunkSize(handle.Chunk);
            else if (Capi.ResultError(handle.Result) != 0)
                throw Statements.Failure(handle);
        }
        catch (OperationCanceledException interrupted) when (cancellationToken.IsCancellationRequested)
        {
            End();
            throw new OperationCanceledException("The statement was cancelled.", interrupted, cancellationToken);
        }
        catch
        {
            End();
            throw;
        }
        if (count == 0)
            End(); // frees what the statement holds, its transaction among it
        return count > 0;
    }

    /// <summary>The remaining rows as CLR values (see <see cref="DataType"/>).</summary>
    /// <remarks>
    /// Beyond those: TIME is <see cref="TimeOnly"/>, UUID <see cref="Guid"/>, HUGEINT a <see cref="decimal"/> or, beyond its range, a <see cref="System.Numerics.BigInteger"/>;
    /// ENUM, INTERVAL, BIT and TIME WITH TIME ZONE are text; GEOMETRY is little-endian WKB. Times that .NET cannot hold become its least or greatest.
    /// </remarks>
    public IEnumerable<object?[]> Rows()
    {
        while (NextChunk())
            foreach (var row in ChunkRows())
                yield return row;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        count = 0;
        handle.Dispose();
    }

    private unsafe object?[][] ChunkRows()
    {
        var rows = new object?[count][];
        for (var row = 0; row < rows.Length; row++)
            rows[row] = new object?[types.Length];
        for (var column = 0; column < types.Length; column++)
        {
            var vector = Capi.ChunkVector(handle.Chunk, (ulong)column);
            var data = Capi.VectorData(vector);
            var validity = Capi.VectorValidity(vector);
            for (var row = 0; row < rows.Length; row++)
                rows[row][column] = VectorValue.Read(vector, data, validity, types[column], (ulong)row);
        }
        return rows;
    }

    private void End()
    {
        ended = true;
        handle.Dispose();
    }
}
