using System.Runtime.InteropServices;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Lets DuckDB read a <see cref="TableFunction"/>: bind keeps the arguments, init opens the rows, each call fills a chunk.</summary>
internal static unsafe class TableThunk
{
    /// <summary>DuckDB keeps the first table function of a name, so what it holds is a slot, and registering again changes what is in it.</summary>
    /// <param name="slots">Those registered in this database so far.</param>
    public static void Register(ConnectionHandle connection, Dictionary<string, Slot> slots, TableFunction function)
    {
        if (slots.TryGetValue(function.Name, out var slot))
        {
            slot.Function = slot.Function.Parameters.SequenceEqual(function.Parameters)
                ? function
                : throw new ArgumentException($"The table function {function.Name}({string.Join(", ", slot.Function.Parameters)}) exists; another of this name must have the same parameters.", nameof(function));
            return;
        }
        slot = new() { Function = function };
        RegisterNative(connection, slot);
        slots.Add(function.Name, slot);
    }

    private static void RegisterNative(ConnectionHandle connection, Slot slot)
    {
        var function = slot.Function;
        var native = Capi.CreateTableFunction();
        try
        {
            Capi.TableSetName(native, function.Name);
            foreach (var parameter in function.Parameters)
                ScalarThunk.WithType(ColumnType.Of(parameter), type => Capi.TableAddParameter(native, type));
            Capi.TableSetBind(native, &Bind);
            Capi.TableSetInit(native, &Init);
            Capi.TableSetFunction(native, &Fill);
            Capi.TableSupportsProjection(native, 1);
            Capi.TableSetExtraInfo(native, Held.Hold(slot), &Held.Release);
            if (Capi.RegisterTableFunction(connection, native) != Capi.Success)
                throw new SqlException($"DuckDB refuses the table function {function.Name}({string.Join(", ", function.Parameters)}).");
        }
        finally
        {
            Capi.DestroyTableFunction(ref native);
        }
    }

    [UnmanagedCallersOnly]
    private static void Bind(nint info)
    {
        try
        {
            var function = Held.Get<Slot>(Capi.BindExtraInfo(info)).Function;
            foreach (var (name, kind) in function.Columns)
                ScalarThunk.WithType(ColumnType.Of(kind), type => Capi.BindAddColumn(info, name, type));
            var arguments = new object?[Capi.BindParameterCount(info)];
            for (var i = 0; i < arguments.Length; i++)
                arguments[i] = Argument(Capi.BindParameter(info, (ulong)i));
            Capi.BindSetData(info, Held.Hold(new Call(function, arguments)), &Held.Release);
        }
        catch (Exception exception)
        {
            Capi.BindSetError(info, Held.Message(exception));
        }
    }

    [UnmanagedCallersOnly]
    private static void Init(nint info)
    {
        try
        {
            var call = Held.Get<Call>(Capi.InitBindData(info));
            var wanted = new int[Capi.InitColumnCount(info)];
            for (var i = 0; i < wanted.Length; i++)
                wanted[i] = (int)Capi.InitColumnIndex(info, (ulong)i);
            Capi.InitSetMaxThreads(info, 1);
            Capi.InitSetData(info, Held.Hold(new Reading(call, wanted)), &Held.Release);
        }
        catch (Exception exception)
        {
            Capi.InitSetError(info, Held.Message(exception));
        }
    }

    [UnmanagedCallersOnly]
    private static void Fill(nint info, nint chunk)
    {
        try
        {
            Held.Get<Reading>(Capi.FunctionInitData(info)).Fill(chunk);
        }
        catch (Exception exception)
        {
            Capi.FunctionSetError(info, Held.Message(exception));
        }
    }

    /// <summary>Reads a value and destroys it.</summary>
    private static object? Argument(nint value)
    {
        var type = Capi.ValueType(value);
        var vector = Capi.CreateVector(type, 1);
        try
        {
            Capi.VectorReferenceValue(vector, value);
            return VectorValue.Read(vector, ColumnType.Read(type), 0);
        }
        finally
        {
            Capi.DestroyVector(ref vector);
            Capi.DestroyValue(ref value);
        }
    }

    /// <summary>Where a name's current function is found at each bind.</summary>
    internal sealed class Slot
    {
        public required volatile TableFunction Function;
    }

    private sealed record Call(TableFunction Function, object?[] Arguments);

    /// <summary>One query's walk over the rows; only the columns that the query uses are written.</summary>
    private sealed class Reading : IDisposable
    {
        private readonly TableFunction function;
        private readonly IEnumerator<object?[]> rows;
        private readonly int[] wanted;
        private readonly ColumnFill?[] fills;
        private long read;

        public Reading(Call call, int[] wanted)
        {
            function = call.Function;
            this.wanted = wanted;
            fills = Array.ConvertAll(wanted, column => column < function.Columns.Count ? new ColumnFill(ColumnType.Of(function.Columns[column].Type)) : null);
            rows = function.Rows(call.Arguments).GetEnumerator();
        }

        public void Fill(nint chunk)
        {
            for (var i = 0; i < fills.Length; i++)
                fills[i]?.Start(Capi.ChunkVector(chunk, (ulong)i));
            var count = 0;
            for (; count < Capi.VectorSize && rows.MoveNext(); count++, read++)
                Write((ulong)count, rows.Current);
            Capi.ChunkSetSize(chunk, (ulong)count);
        }

        public void Dispose() => rows.Dispose();

        private void Write(ulong row, object?[] values)
        {
            if (values.Length != function.Columns.Count)
                throw new ArgumentException($"Row {read} of {function.Name} has {values.Length} values for {function.Columns.Count} columns.");
            for (var i = 0; i < fills.Length; i++)
            {
                try
                {
                    fills[i]?.Write(row, values[wanted[i]]);
                }
                catch (ArgumentException exception)
                {
                    throw new ArgumentException($"Row {read} of {function.Name}, column '{function.Columns[wanted[i]].Name}': {exception.Message}", exception);
                }
            }
        }
    }
}
