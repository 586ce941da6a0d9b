using Plinth.Catalog;

namespace Plinth.Ingestion.Tabular;

/// <summary>Finds a dataset's columns by name.</summary>
internal static class DatasetColumns
{
    /// <summary>The column's position in the dataset's rows, or -1.</summary>
    public static int IndexOf(DatasetContract dataset, string name)
    {
        for (var i = 0; i < dataset.Columns.Length; i++)
            if (dataset.Columns[i].Name == name)
                return i;
        return -1;
    }
}
