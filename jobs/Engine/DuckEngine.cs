using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Twin;

namespace Plinth.Jobs;

/// <summary>DuckDB in this process.</summary>
public sealed class DuckEngine(CityCatalog catalog) : IEngine
{
    /// <inheritdoc/>
    public string Name => "duckdb";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<object?[]>> QueryAsync(string sql, IReadOnlyList<TableName> reads, string purpose, CancellationToken cancellationToken)
    {
        var passage = (await catalog.EnterAsync(Principal.Operator, purpose, reads, cancellationToken)).Require();
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        SpatialSql.Register(connection);
        passage.CreateViews(connection);
        return connection.Rows(sql, cancellationToken: cancellationToken);
    }
}
