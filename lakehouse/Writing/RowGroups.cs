using System.Globalization;

namespace Plinth.Lakehouse.Writing;

/// <summary>Rows in one row group of a Parquet file. Small ones let a look-up by a sorted column read little; the engine's default (122,880) suits scans.</summary>
internal static class RowGroups
{
    /// <summary>The table property: a multiple of 2,048.</summary>
    public const string Property = "plinth.rowGroupRows";

    /// <summary>The option of COPY, with a comma before it; empty for the default.</summary>
    /// <exception cref="SchemaMismatchException">The property is not such a number.</exception>
    public static string Option(TableName table, string? rows) =>
        rows is null ? ""
        : int.TryParse(rows, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 && count % 2048 == 0
            ? string.Create(CultureInfo.InvariantCulture, $", ROW_GROUP_SIZE {count}")
            : throw new SchemaMismatchException(table, $"the property {Property} is '{rows}'; write a multiple of 2048.");
}
