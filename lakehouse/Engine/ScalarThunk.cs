using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Lets DuckDB call a <see cref="ScalarFunction"/>.</summary>
internal sealed unsafe class ScalarThunk
{
    private readonly ScalarBody body;
    private readonly ColumnType[] parameters;
    private readonly ColumnType returns;
    private readonly int width;

    private ScalarThunk(ScalarFunction function)
    {
        body = function.Body;
        parameters = [.. function.Parameters.Select(ColumnType.Of)];
        returns = function.Fields is { } fields ? ColumnType.RowsOf(fields) : ColumnType.Of(function.Returns);
        width = Storage.Width(returns.Id);
    }

    public static void Register(ConnectionHandle connection, ScalarFunction function)
    {
        var thunk = new ScalarThunk(function);
        var native = Capi.CreateScalarFunction();
        try
        {
            Capi.ScalarSetName(native, function.Name);
            foreach (var parameter in thunk.parameters)
                WithType(parameter, type => Capi.ScalarAddParameter(native, type));
            WithType(thunk.returns, type => Capi.ScalarSetReturnType(native, type));
            if (function.Volatile)
                Capi.ScalarSetVolatile(native);
            Capi.ScalarSetFunction(native, &Run);
            Capi.ScalarSetExtraInfo(native, Held.Hold(thunk), &Held.Release);
            if (Capi.RegisterScalarFunction(connection, native) != Capi.Success)
                throw new SqlException($"DuckDB refuses the function {function.Name}({string.Join(", ", thunk.parameters.AsEnumerable())}).");
        }
        finally
        {
            Capi.DestroyScalarFunction(ref native);
        }
    }

    internal static void WithType(ColumnType type, Action<nint> use)
    {
        var native = type.Create();
        use(native);
        Capi.DestroyLogicalType(ref native);
    }

    [UnmanagedCallersOnly, SkipLocalsInit]
    private static void Run(nint info, nint chunk, nint output)
    {
        try
        {
            var count = (int)Capi.ChunkSize(chunk);
            var words = (count + 63) >> 6;
            var valid = stackalloc ulong[words];
            Held.Get<ScalarThunk>(Capi.ScalarExtraInfo(info)).Run(chunk, output, count, valid, words);
        }
        catch (Exception exception) // nothing may pass into DuckDB's frames
        {
            Capi.ScalarSetError(info, Held.Message(exception));
        }
    }

    private void Run(nint chunk, nint output, int count, ulong* valid, int words)
    {
        var nulls = Combine(chunk, valid, words);
        var data = Capi.VectorData(output);
        new Span<byte>(data, count * width).Clear(); // a row the body forgets must not show old memory or a wild pointer
        ulong* validity = null;
        if (!nulls || AnyValid(valid, count))
            body(new(chunk, parameters, count, nulls ? valid : null), new(output, data, &validity, returns, count));
        if (!nulls)
            return;
        if (validity == null)
            validity = VectorWriter.Writable(output);
        for (var word = 0; word < words; word++)
            validity[word] &= valid[word];
    }

    /// <summary>Joins the arguments' validity; false when no argument has a NULL. DuckDB passes rows with NULL in them, and garbage in their place.</summary>
    private bool Combine(nint chunk, ulong* valid, int words)
    {
        var nulls = false;
        for (var argument = 0; argument < parameters.Length; argument++)
        {
            var mask = Capi.VectorValidity(Capi.ChunkVector(chunk, (ulong)argument));
            if (mask == null)
                continue;
            if (!nulls)
                new ReadOnlySpan<ulong>(mask, words).CopyTo(new(valid, words));
            else
                for (var word = 0; word < words; word++)
                    valid[word] &= mask[word];
            nulls = true;
        }
        return nulls;
    }

    private static bool AnyValid(ulong* valid, int count)
    {
        for (var word = 0; word < count >> 6; word++)
            if (valid[word] != 0)
                return true;
        return (count & 63) != 0 && (valid[count >> 6] & ((1ul << (count & 63)) - 1)) != 0;
    }
}
