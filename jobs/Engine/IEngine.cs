using Plinth.Lakehouse;

namespace Plinth.Jobs;

/// <summary>Where a pipeline's SQL runs: DuckDB in this process now; Apache Spark through Spark Connect, on the same Delta tables, when a city outgrows one machine.</summary>
public interface IEngine
{
    /// <summary>E.g. <c>duckdb</c>.</summary>
    string Name { get; }

    /// <summary>Runs a query over the newest versions of <paramref name="reads"/> and gives its rows.</summary>
    /// <param name="sql">One SELECT; names tables as <c>schema.table</c>; may use the <c>ST_*</c> functions.</param>
    /// <param name="purpose">What for; every reading goes through the catalog's door and is audited.</param>
    Task<IReadOnlyList<object?[]>> QueryAsync(string sql, IReadOnlyList<TableName> reads, string purpose, CancellationToken cancellationToken);
}
