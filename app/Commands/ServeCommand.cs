using System.CommandLine;
using Plinth.App.Web;
using Plinth.Twin;

namespace Plinth.App.Commands;

/// <summary><c>plinth serve</c></summary>
internal static class ServeCommand
{
    internal static Command Build()
    {
        Option<int> port = new("--port") { Description = "Port on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => 8080 };
        Command command = new("serve", "Shows the map on http://127.0.0.1:8080/ (this machine only).") { port };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            await using var server = MapServer.Build(catalog, twin, parsed.GetValue(port));
            await server.StartAsync(cancellationToken);
            Console.Out.WriteLine($"the map is at {server.Urls.First()}/  (Ctrl+C ends it)");
            await server.WaitForShutdownAsync(cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }
}
