using System.Text.RegularExpressions;
using Plinth.Catalog;

namespace Plinth.Ingestion.Tabular;

/// <summary>Turns wide records, with a value in each of many columns, into long ones: a record for each value, with the columns <c>$name</c> and <c>$value</c> beside the others.</summary>
/// <remarks>Settings: <c>wide</c> is a regular expression of the columns that hold values (the whole name must match). Blank values give no record.</remarks>
internal static class Melt
{
    public static RecordFile Apply(RecordFile file, SourceContract contract)
    {
        if (contract.Settings.GetValueOrDefault("wide") is not { } pattern)
            return file;
        var wide = new Regex($"^(?:{pattern})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        var values = Enumerable.Range(0, file.Header.Count).Where(i => wide.IsMatch(file.Header[i])).ToArray();
        var others = Enumerable.Range(0, file.Header.Count).Except(values).ToArray();
        return new([.. others.Select(i => file.Header[i]), "$name", "$value"], Records());

        IEnumerable<FileRecord> Records()
        {
            foreach (var record in file.Records)
            {
                if (record.Fault is not null)
                {
                    yield return record;
                    continue;
                }
                foreach (var column in values)
                {
                    if (record.Values[column] is null or "" || (record.Values[column] is string text && string.IsNullOrWhiteSpace(text)))
                        continue;
                    var melted = new object?[others.Length + 2];
                    for (var i = 0; i < others.Length; i++)
                        melted[i] = record.Values[others[i]];
                    (melted[^2], melted[^1]) = (file.Header[column], record.Values[column]);
                    yield return new(record.Number, melted);
                }
            }
        }
    }
}
