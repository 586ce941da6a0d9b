using System.CommandLine;
using Plinth.App.Output;
using Plinth.Ingestion;
using Plinth.Jobs;
using Spectre.Console;

namespace Plinth.App.Commands;

/// <summary><c>plinth ingest FAMILY FILE_OR_FOLDER...</c></summary>
internal static class IngestCommand
{
    internal static Command Build()
    {
        Argument<string?> family = new("family") { Description = "photos, models, imagery, hotline, sensors or base.", Arity = ArgumentArity.ZeroOrOne };
        family.AcceptOnlyFromAmong("photos", "models", "imagery", "hotline", "sensors", "base");
        Argument<string[]> paths = new("path") { Description = "Files or folders.", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> contract = new("--contract") { Description = "The layout's name ('plinth catalog sources') or a contract file; found by the file's own marks when not given." };
        Option<bool> inPlace = new("--in-place") { Description = "Registers originals where they lie instead of copying them; 'plinth lake verify' finds those that go or change." };
        Option<bool> rehash = new("--rehash") { Description = "Hashes every file, also those with the path, size and time of one taken in before." };
        Option<string?> infer = new("--infer") { Description = "Drafts a layout for a file and prints it; takes nothing in." };
        Option<bool> retry = new("--retry-rejected") { Description = "Reads the family's rejected rows again, after a layout was mended: those that have become rows are stored." };
        Option<bool> watch = new("--watch") { Description = "Goes on taking in what comes into the folders, until Ctrl+C." };
        var json = Shared.Json();
        Command command = new("ingest", "Takes files in: the original is kept, its rows go to tables, bad rows to <family>.rejected.") { family, paths, contract, inPlace, rehash, infer, retry, watch, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(infer) is { } file)
                return Infer(file);
            if (parsed.GetValue(family) is not { } named)
                throw new UsageException("a family is missing: plinth ingest FAMILY FILE_OR_FOLDER...");
            var given = parsed.GetValue(paths) ?? [];
            if (given.Length == 0 != parsed.GetValue(retry))
                throw new UsageException(given.Length == 0 ? "a file or folder is missing: plinth ingest FAMILY FILE_OR_FOLDER..." : "--retry-rejected reads the kept originals; name no files with it.");
            IngestOptions Change(IngestOptions options) => options with { InPlace = parsed.GetValue(inPlace), Rehash = parsed.GetValue(rehash) };
            return parsed.GetValue(watch) ? WatchAsync(parsed, named, given, parsed.GetValue(contract), Change, cancellationToken)
                : RunAsync(parsed, named, given, parsed.GetValue(contract), Change, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string family, string[] paths, string? contract, Func<IngestOptions, IngestOptions> options, bool json, CancellationToken cancellationToken)
    {
        using var catalog = Shared.OpenCatalog(parsed);
        var ingestor = Wiring.Ingestor(catalog, Shared.NewRunId(catalog.Lake.Time), Shared.CodeVersion, options);
        var report = paths.Length == 0 ? await ingestor.RetryRejectedAsync(family, cancellationToken)
            : json || Console.IsErrorRedirected
            ? await ingestor.IngestAsync(family, paths, contract, null, cancellationToken)
            : await WithProgressAsync(progress => ingestor.IngestAsync(family, paths, contract, progress, cancellationToken));
        if (json)
            JsonDocumentOutput.Print(new
            {
                files = report.Files.Select(f => new { f.Path, f.Sha256, f.Status, f.Reason, f.Dataset, f.Rows, f.Rejected, f.Duplicates, f.ByRule }),
                read = report.Rows + report.Rejected + report.Duplicates,
                report.Rows,
                report.Rejected,
                report.Duplicates,
                report.ByRule,
                report.Missions,
                report.Versions,
            });
        else if (report.Files.Any(f => f.Status != FileStatus.Refused))
            Print(report);
        foreach (var file in report.Files.Where(f => f.Status == FileStatus.Refused))
            Console.Error.WriteLine($"plinth: refused {file.Path}: {file.Reason}");
        return report.Files.Any(f => f.Status == FileStatus.Refused) ? ExitCodes.Refused : ExitCodes.Done;
    }

    private static Task<int> Infer(string file)
    {
        if (!File.Exists(file))
            throw new UsageException($"there is no file '{file}'.");
        Console.Out.Write(Plinth.Ingestion.Inference.LayoutDraft.Of(file));
        return Task.FromResult(ExitCodes.Done);
    }

    private static async Task<int> WatchAsync(ParseResult parsed, string family, string[] paths, string? contract, Func<IngestOptions, IngestOptions> options, CancellationToken cancellationToken)
    {
        using var catalog = Shared.OpenCatalog(parsed);
        Console.Error.WriteLine($"plinth: watching {string.Join(", ", paths)}  (Ctrl+C ends it)");
        await new WatchFolder(paths, catalog.Lake.Time, TimeSpan.FromSeconds(1)).RunAsync(async files =>
        {
            var report = await Wiring.Ingestor(catalog, Shared.NewRunId(catalog.Lake.Time), Shared.CodeVersion, options).IngestAsync(family, files, contract, null, cancellationToken);
            foreach (var file in report.Files)
                Console.Out.WriteLine($"{file.Path}: {file.Status.ToString().ToLowerInvariant()}, {file.Rows + file.Rejected + file.Duplicates:N0} read = {file.Rows:N0} stored + {file.Rejected:N0} rejected + {file.Duplicates:N0} duplicates{(file.Reason is null ? "" : $"; {file.Reason}")}");
        }, cancellationToken);
        return ExitCodes.Done;
    }

    private static Task<IngestReport> WithProgressAsync(Func<IProgress<IngestProgress>, Task<IngestReport>> run) =>
        Shared.Messages.Progress().Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn()).StartAsync(context =>
        {
            var task = context.AddTask("reading");
            var clock = System.Diagnostics.Stopwatch.StartNew();
            return run(new Progress<IngestProgress>(p =>
            {
                task.MaxValue = Math.Max(p.Total, 1);
                task.Value = p.Done + p.OfFile;
                task.Description = Markup.Escape($"{Path.GetFileName(p.File)}  {p.Rows:N0} rows, {p.Rows / Math.Max(clock.Elapsed.TotalSeconds, 0.1):N0}/s");
            }));
        });

    private static void Print(IngestReport report)
    {
        var table = Tables.New("file", "status", "dataset", "#rows", "#rejected", "#duplicates", "what");
        foreach (var file in report.Files)
            table.Row(file.Path, file.Status.ToString().ToLowerInvariant(), file.Dataset, file.Rows, file.Rejected, file.Duplicates, file.Reason);
        table.Print();
        foreach (var flight in report.Missions)
            Console.Out.WriteLine($"flight {flight.Folder}: {flight.Photos:N0} photos"
                + (flight.CoveredM2 is { } area ? $", {area / 10_000:N1} ha of ground" + (flight.MeanViews is { } views ? $", each place on {views:0.0} photos" : "") : ", ground covered unknown (no poses)")
                + (flight.ForwardOverlap is { } forward ? $", {forward:P0} overlap forward" : "") + (flight.SideOverlap is { } side ? $", {side:P0} sideways" : ""));
        foreach (var (rule, count) in report.ByRule.OrderByDescending(r => r.Value))
            Console.Out.WriteLine($"rejected by {rule}: {count:N0}");
        Console.Out.WriteLine($"{report.Files.Count} files, {report.Rows + report.Rejected + report.Duplicates:N0} read = {report.Rows:N0} stored + {report.Rejected:N0} rejected + {report.Duplicates:N0} duplicates"
            + (report.Rejected > 0 ? "; see them: plinth sql \"SELECT * FROM <family>.rejected\"" : "")
            + (report.Files.All(f => f.Status == FileStatus.Unchanged) ? "; all of it was here already, nothing was added" : ""));
    }
}
