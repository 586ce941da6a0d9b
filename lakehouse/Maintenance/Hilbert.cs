using Plinth.Lakehouse.Engine;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Positions on a Hilbert curve: points near one another on the plane are mostly near one another on the curve.</summary>
internal static class Hilbert
{
    public const string Function = "plinth_hilbert";
    private const int Order = 24;

    /// <summary>The position of a cell on the curve through 2^24 by 2^24 cells.</summary>
    public static long Index(uint x, uint y)
    {
        var index = 0L;
        for (var side = 1u << (Order - 1); side > 0; side >>= 1)
        {
            var (right, upper) = ((x & side) != 0, (y & side) != 0);
            index += (long)side * side * ((right ? 3 : 0) ^ (upper ? 1 : 0));
            if (upper)
                continue;
            if (right)
                (x, y) = ((1u << Order) - 1 - x, (1u << Order) - 1 - y);
            (x, y) = (y, x);
        }
        return index;
    }

    /// <summary>Makes <c>plinth_hilbert(x, y)</c> callable: both from 0 to 1 within the extent.</summary>
    public static void Register(SqlConnection connection) =>
        connection.Register(new ScalarFunction(Function, [SqlType.Double, SqlType.Double], SqlType.BigInt, static (input, output) =>
        {
            var x = input[0].Values<double>();
            var y = input[1].Values<double>();
            var result = output.Values<long>();
            for (var row = 0; row < input.Count; row++)
                if (!input.IsNull(row))
                    result[row] = Index(Cell(x[row]), Cell(y[row]));
        }));

    private static uint Cell(double share) => share >= 1 ? (1u << Order) - 1 : share > 0 ? (uint)(share * (1u << Order)) : 0;
}
