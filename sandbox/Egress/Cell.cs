namespace Plinth.Sandbox.Egress;

/// <summary>One cell of a table, as it is inside: never leaves.</summary>
/// <param name="Row">The group.</param>
/// <param name="Column">The answer.</param>
/// <param name="Count">Persons (or whatever is protected) in it.</param>
/// <param name="Sum">Of what is added up, nothing of it below zero; equal to the count where persons are counted.</param>
/// <param name="Largest">The largest contribution of one.</param>
/// <param name="Second">The second largest.</param>
internal readonly record struct Cell(string Row, string Column, long Count, double Sum, double Largest, double Second)
{
    /// <summary>Persons were counted, nothing was added up.</summary>
    public bool Counted { get; init; }

    public static Cell OfCount(string row, string column, long count) => new(row, column, count, count, 1, 1) { Counted = true };

    /// <summary>What one value of each person adds up to.</summary>
    public static Cell OfSum(string row, string column, IReadOnlyCollection<double> values) => values.OrderDescending().Take(2).ToList() is var largest
        ? new(row, column, values.Count, values.Sum(), largest.ElementAtOrDefault(0), largest.ElementAtOrDefault(1)) : default;
}

/// <summary>One cell as it leaves; a null count is suppressed, a null sum was not asked for.</summary>
internal readonly record struct OutCell(string Row, string Column, long? Count, double? Sum);

/// <summary>A table that may leave, if people approve.</summary>
/// <param name="Totals">By row, from the rounded cells that are shown: what was suppressed cannot be had by subtraction.</param>
/// <param name="Bits">The most that it can carry.</param>
internal sealed record OutTable(IReadOnlyList<OutCell> Cells, IReadOnlyDictionary<string, long> Totals, double Bits);
