using System.CommandLine;
using Plinth.App;
using Plinth.App.Commands;

return await Cli.RunAsync(args);

namespace Plinth.App
{
    /// <summary>The command line: parsing, wiring, and one place where an error becomes a message and an exit code.</summary>
    internal static class Cli
    {
        internal static RootCommand Build() => new("Plinth (数字底座): the data backbone of a city district.")
        {
            Shared.Lake,
            DemoCommand.Build(),
            IngestCommand.Build(),
            SqlCommand.Build(),
            LakeCommands.Build(),
            TwinCommands.Build(),
            CatalogCommands.Build(),
            SandboxCommands.Build(),
            ModuleCommands.Build("service"),
            ModuleCommands.Build("drone"),
            ModuleCommands.Build("traffic"),
            JobCommands.Build(),
            AuditCommands.Build(),
            ServeCommand.Build(),
        };

        internal static async Task<int> RunAsync(string[] args)
        {
            var parsed = Build().Parse(args);
            if (parsed.Errors.Count > 0)
            {
                foreach (var error in parsed.Errors)
                    Console.Error.WriteLine($"plinth: {error.Message}");
                Console.Error.WriteLine($"'plinth {string.Join(' ', Path(parsed.CommandResult))}--help' shows how it is called.");
                return ExitCodes.Usage;
            }

            using CancellationTokenSource interrupted = new();
            Console.CancelKeyPress += (_, pressed) =>
            {
                pressed.Cancel = true;
                interrupted.Cancel();
            };
            try
            {
                return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false }, interrupted.Token);
            }
            catch (Exception exception)
            {
                return Explain(exception);
            }
        }

        private static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult command)
        {
            List<string> names = [];
            for (var result = command; result?.Parent is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
                names.Insert(0, result.Command.Name);
            return names.Append("");
        }

        private static int Explain(Exception exception)
        {
            var (code, message) = exception switch
            {
                OperationCanceledException => (ExitCodes.Failed, "stopped; what was committed stays, and running it again goes on from there."),
                UsageException => (ExitCodes.Usage, exception.Message),
                Plinth.Ingestion.SourceFormatException or Plinth.Catalog.ContractException or Plinth.Lakehouse.TableFormatException or Plinth.Lakehouse.Maintenance.MaintenanceRefusedException => (ExitCodes.Refused, exception.Message),
                Plinth.Lakehouse.LakeException or IOException or UnauthorizedAccessException => (ExitCodes.Failed, exception.Message),
                _ => (ExitCodes.Failed, $"{exception}\nThis is a fault in Plinth; please report it with the lines above."),
            };
            Console.Error.WriteLine($"plinth: {message}");
            return code;
        }
    }
}
