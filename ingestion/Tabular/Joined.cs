using System.Globalization;
using Plinth.Catalog;

namespace Plinth.Ingestion.Tabular;

/// <summary>Makes one column of several: the setting <c>join.NAME: a+b</c> gives the column NAME with <c>a:b</c>.</summary>
internal static class Joined
{
    private const string Prefix = "join.";

    /// <summary>The source's columns that joins ask for.</summary>
    public static IEnumerable<string> Columns(SourceContract contract) =>
        contract.Settings.Where(s => s.Key.StartsWith(Prefix, StringComparison.Ordinal)).SelectMany(s => s.Value.Split('+'));

    /// <exception cref="SourceFormatException">A column is absent.</exception>
    public static RecordFile Apply(RecordFile file, SourceContract contract, string fileName)
    {
        foreach (var (key, value) in contract.Settings)
            if (key.StartsWith(Prefix, StringComparison.Ordinal))
                file = Join(file, key[Prefix.Length..], value.Split('+'), contract, fileName);
        return file;
    }

    private static RecordFile Join(RecordFile file, string name, string[] columns, SourceContract contract, string fileName)
    {
        var at = Array.ConvertAll(columns, c => HeaderCheck.IndexOf(file.Header, c));
        if (Array.IndexOf(at, -1) is var absent and >= 0)
            throw new SourceFormatException(fileName, $"has no column '{columns[absent]}'", HeaderCheck.Expected(contract));
        return new([.. file.Header, name], file.Records.Select(record => record.Fault is not null ? record
            : record with { Values = [.. record.Values, string.Join(':', at.Select(i => Convert.ToString(record.Values[i], CultureInfo.InvariantCulture)))] }));
    }
}
