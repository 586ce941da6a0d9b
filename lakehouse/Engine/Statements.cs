using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Prepares, binds and runs SQL. Text of several statements runs in order; parameters and the result are the last one's.</summary>
internal static unsafe class Statements
{
    public static void Run(ConnectionHandle connection, string sql, object?[]? parameters, bool streaming, ResultHandle result)
    {
        var count = Capi.ExtractStatements(connection, sql, out var statements);
        try
        {
            if (count == 0)
                throw Failure(Capi.ExtractStatementsError(statements), "The text holds no SQL statement.");
            for (var i = 0ul; i + 1 < count; i++)
            {
                using var before = new ResultHandle();
                RunOne(connection, statements, i, null, streaming: false, before);
            }
            RunOne(connection, statements, count - 1, parameters, streaming, result);
        }
        finally
        {
            Capi.DestroyExtracted(ref statements);
        }
    }

    /// <summary>What a failed result says.</summary>
    public static Exception Failure(ResultHandle result) => Failure(Capi.ResultError(result.Result), "DuckDB failed without a message.");

    private static void RunOne(ConnectionHandle connection, nint statements, ulong index, object?[]? parameters, bool streaming, ResultHandle result)
    {
        var state = Capi.PrepareExtracted(connection, statements, index, out var prepared);
        try
        {
            if (state != Capi.Success)
                throw Failure(Capi.PrepareError(prepared), "DuckDB did not prepare the statement.");
            Bind(prepared, parameters ?? []);
            state = streaming ? Capi.ExecutePreparedStreaming(prepared, result.Result) : Capi.ExecutePrepared(prepared, result.Result);
            if (state != Capi.Success)
                throw Failure(result);
        }
        finally
        {
            Capi.DestroyPrepare(ref prepared);
        }
    }

    private static void Bind(nint prepared, object?[] parameters)
    {
        if ((int)Capi.ParameterCount(prepared) is var wanted && wanted != parameters.Length)
            throw new ArgumentException($"The statement has {wanted} parameters, but {parameters.Length} values were given.", nameof(parameters));
        for (var i = 0; i < parameters.Length; i++)
        {
            var number = i + 1;
            if (Capi.BindParameterIndex(prepared, out var index, number.ToString()) != Capi.Success)
                throw new ArgumentException($"The statement has no parameter ${number}; number them from $1 without gaps.", nameof(parameters));
            BindOne(prepared, index, number, parameters[i]);
        }
    }

    private static void BindOne(nint prepared, ulong index, int number, object? parameter)
    {
        var nested = parameter is System.Collections.IEnumerable and not (string or byte[]);
        var expected = nested ? Capi.ParameterType(prepared, index) : 0;
        nint value = 0;
        try
        {
            value = ParameterValue.Create(parameter, expected);
            if (Capi.BindValue(prepared, index, value) != Capi.Success)
                throw Failure(Capi.PrepareError(prepared), $"DuckDB did not take the value of ${number}.");
        }
        finally
        {
            if (value != 0)
                Capi.DestroyValue(ref value);
            if (expected != 0)
                Capi.DestroyLogicalType(ref expected);
        }
    }

    private static Exception Failure(nint message, string otherwise)
    {
        var text = Capi.Text(message);
        return text.StartsWith("INTERRUPT Error", StringComparison.Ordinal)
            ? new OperationCanceledException("The statement was interrupted.")
            : new SqlException(text.Length > 0 ? text : otherwise);
    }
}
