using System.CommandLine;
using System.Reflection;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Spectre.Console;

namespace Plinth.App;

/// <summary>What every command shares: the lake it works on, the reader it reads as, where messages go.</summary>
internal static class Shared
{
    internal static readonly Option<string> Lake = new("--lake")
    {
        Description = "The lake: a folder, az://ACCOUNT/CONTAINER/PREFIX, s3://BUCKET/PREFIX (default: PLINTH_LAKE, or ./lake).",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PLINTH_LAKE") is { Length: > 0 } folder ? folder : "lake",
        Recursive = true,
    };

    internal static Option<bool> Json() => new("--json") { Description = "One JSON document on stdout, nothing else." };

    /// <summary>The version and, where known, the commit the program was built from.</summary>
    internal static string CodeVersion { get; } =
        typeof(Shared).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Messages and progress; stdout is for results alone.</summary>
    internal static IAnsiConsole Messages { get; } = Stream(Console.Error, Console.IsErrorRedirected);

    /// <summary>Results for people.</summary>
    internal static IAnsiConsole Results { get; } = Stream(Console.Out, Console.IsOutputRedirected);

    internal static CityCatalog OpenCatalog(ParseResult parsed) => CityCatalog.Open(Plinth.Lakehouse.Lake.Open(new(parsed.GetValue(Lake)!)));

    /// <summary>Who reads: the principal of the API key in PLINTH_KEY, else the operator of this machine's own lake.</summary>
    /// <exception cref="UsageException">The key is nobody's.</exception>
    internal static Principal Reader(CityCatalog catalog) =>
        Environment.GetEnvironmentVariable("PLINTH_KEY") is not { Length: > 0 } key ? Principal.Operator
        : catalog.Access.Authenticate(key) ?? throw new UsageException("the key in PLINTH_KEY belongs to no principal of this lake; unset it to work as the operator.");

    /// <summary>A stream that is no terminal gets whole lines, without colours.</summary>
    private static IAnsiConsole Stream(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(writer), Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect, ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect });
        if (redirected)
            console.Profile.Width = 400;
        return console;
    }

    internal static string NewRunId(TimeProvider time) => $"run-{time.GetUtcNow():yyyyMMddTHHmmss}-{Guid.CreateVersion7(time.GetUtcNow()).ToString("N")[^8..]}";

    internal static DateTimeOffset? Time(string? text) => text is null ? null
        : DateTimeOffset.TryParse(text, null, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out var time) ? time
        : throw new UsageException($"'{text}' is not a time; write 2024-05-01 or 2024-05-01T08:00:00Z (UTC where no offset is given).");

    internal static TableName Table(string text) => TableName.TryParse(text, out var table) ? table
        : throw new UsageException($"'{text}' is not a table name; write schema.table, e.g. hotline.service_request.");
}
