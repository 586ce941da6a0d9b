using System.Security.Cryptography;
using System.Text;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion;

/// <summary>Puts keyed pseudonyms in the place of personal values in columns whose level is too low to hold them.</summary>
internal sealed class Pseudonyms(IReadOnlyDictionary<TableName, DatasetContract> datasets, string? key)
{
    private readonly byte[]? _key = key is null ? null : Encoding.UTF8.GetBytes(key);
    private readonly Dictionary<TableName, int[]> _columns = [];

    /// <summary>The pseudonym of a value under a key.</summary>
    public static string Of(byte[] key, string value) => $"p:{Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(value))[..16])}";

    /// <summary>Changes a row in place. The same value has the same pseudonym under one key, in every table; without a key it becomes null.</summary>
    public void Apply(TableName table, object?[] row)
    {
        if (!_columns.TryGetValue(table, out var columns))
            _columns.Add(table, columns = Personal(datasets[table]));
        foreach (var column in columns)
            row[column] = row[column] is string value && _key is not null ? Of(_key, value) : null;
    }

    private static int[] Personal(DatasetContract dataset) =>
        [.. Enumerable.Range(0, dataset.Columns.Length).Where(i => dataset.Columns[i] is { Personal: true, Level: < Level.L3 })];
}
