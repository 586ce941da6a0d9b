using System.CommandLine;
using Plinth.App.Web;
using Plinth.Sandbox;
using Plinth.Twin;

namespace Plinth.App.Commands;

/// <summary><c>plinth serve</c></summary>
internal static class ServeCommand
{
    internal static Command Build()
    {
        Option<int> port = new("--port") { Description = "Port on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => 8080 };
        Option<int> slots = new("--slots") { Description = "Submissions of the sandbox that run at once.", DefaultValueFactory = _ => 2 };
        Command command = new("serve", "Shows the map and the sandbox's pages on http://127.0.0.1:8080/ (this machine only), and works on the sandbox's queue.") { port, slots };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            using var sandbox = SandboxService.Open(catalog, new() { RunId = Shared.NewRunId(catalog.Lake.Time), CodeVersion = Shared.CodeVersion });
            await using var server = MapServer.Build(catalog, twin, parsed.GetValue(port));
            await using SandboxWorker worker = new(sandbox, parsed.GetValue(slots));
            SandboxRoutes.Map(server, catalog, sandbox, worker);
            await server.StartAsync(cancellationToken);
            worker.Start();
            Console.Out.WriteLine($"the map is at {server.Urls.First()}/  (Ctrl+C ends it)");
            await server.WaitForShutdownAsync(cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }
}
