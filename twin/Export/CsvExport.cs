using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Export;

/// <summary>CSV with a header; geometry as WKT.</summary>
internal static class CsvExport
{
    public static long Write(ExportSource source, string file) => source.Connection.Execute(
        $"COPY ({source.With(g => $"ST_AsText({g})")}) TO {SqlText.Literal(file)} (FORMAT csv, HEADER)", cancellationToken: source.CancellationToken);
}
