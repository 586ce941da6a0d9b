using ExcelDataReader;
using ExcelDataReader.Exceptions;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads one sheet of an Excel workbook (xlsx, xls) by its layout. The heading is the first row that is not empty.</summary>
/// <remarks>Setting <c>sheet</c>: its name; else the first. A cell that Excel holds as a date is one on the clock of the layout's zone; a number has no trailing <c>.0</c>.</remarks>
internal sealed class ExcelReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : RecordFileReader(datasets)
{
    private const int MostColumns = 4096;

    public override string Name => "xlsx";

    public override string Expected => "an Excel workbook";

    public override bool Recognises(ReadOnlySpan<byte> head, string fileName) =>
        (head.StartsWith("PK\x03\x04"u8) && Path.GetExtension(fileName).Equals(".xlsx", StringComparison.OrdinalIgnoreCase)) || head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);

    protected override RecordFile Open(string path, SourceContract contract)
    {
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        var rows = Rows(path, contract).GetEnumerator();
        (long Number, object?[] Cells)? heading = null;
        while (heading is null && rows.MoveNext())
            if (rows.Current.Cells.Any(c => c is not null))
                heading = rows.Current;
        if (heading is not { } first)
        {
            rows.Dispose();
            throw new SourceFormatException(Path.GetFileName(path), "has an empty sheet", HeaderCheck.Expected(contract));
        }
        var header = first.Cells.Select(c => Convert.ToString(c, System.Globalization.CultureInfo.InvariantCulture)?.Trim() ?? "").ToArray();
        return new(header, Records());

        IEnumerable<FileRecord> Records()
        {
            using (rows)
                while (rows.MoveNext())
                    if (rows.Current.Cells.Any(c => c is not null))
                        yield return new(rows.Current.Number, [.. rows.Current.Cells.Take(header.Length), .. Enumerable.Repeat<object?>(null, Math.Max(0, header.Length - rows.Current.Cells.Length))]);
        }
    }

    private IEnumerable<(long Number, object?[] Cells)> Rows(string path, SourceContract contract)
    {
        var file = Path.GetFileName(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var workbook = Guarded(() => ExcelReaderFactory.CreateReader(stream, new() { FallbackEncoding = System.Text.Encoding.Latin1 }), file);
        var sheet = contract.Settings.GetValueOrDefault("sheet");
        while (sheet is not null && workbook.Name != sheet)
            if (!Guarded(workbook.NextResult, file))
                throw new SourceFormatException(file, $"has no sheet '{sheet}'", HeaderCheck.Expected(contract));
        for (var number = 1L; Guarded(workbook.Read, file); number++)
        {
            var cells = new object?[Math.Min(workbook.FieldCount, MostColumns)];
            for (var i = 0; i < cells.Length; i++)
                cells[i] = workbook.GetValue(i) switch
                {
                    "" => null,
                    double whole when whole == Math.Truncate(whole) && Math.Abs(whole) < 1e15 => (long)whole,
                    TimeSpan span => span.ToString("c"),
                    var value => value,
                };
            yield return (number, cells);
        }
    }

    /// <summary>A damaged workbook shows itself in many ways.</summary>
    private T Guarded<T>(Func<T> read, string file)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ExcelReaderException or InvalidDataException or System.Xml.XmlException or IOException or FormatException or ArgumentException or InvalidOperationException or IndexOutOfRangeException or NullReferenceException or KeyNotFoundException or NotSupportedException or OverflowException)
        {
            throw new SourceFormatException(file, $"cannot be read as a workbook ({e.Message})", Expected);
        }
    }
}
