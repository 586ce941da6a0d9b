using System.CommandLine;
using Plinth.Sandbox;

namespace Plinth.App.Commands;

/// <summary><c>plinth sandbox runtime [build|export|import]</c></summary>
internal static class RuntimeCommands
{
    internal static Command Build()
    {
        Command command = new("runtime", "Lists runtime images: the programs and libraries that submissions run on, each named after the hash of its content. The newest is used unless sandbox.json names another.") { Make(), Export(), Import() };
        return SandboxCommands.WithService(command, (_, _, service) =>
        {
            foreach (var image in service.Runtimes)
                Console.Out.WriteLine(image);
            if (service.Runtimes.Count == 0)
                Console.Error.WriteLine("plinth: there is none: submissions run on this machine's own programs. 'plinth sandbox runtime build' makes one.");
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static Command Make() =>
        SandboxCommands.WithService(new("build", "Makes an image of this machine's Debian packages: Python with numpy and pandas, a shell, the usual libraries."), async (_, _, service) =>
        {
            Console.Out.WriteLine(await service.BuildRuntimeAsync());
            return ExitCodes.Done;
        });

    private static Command Export()
    {
        Argument<string> file = new("file") { Description = "Where it goes (.tar.gz)." };
        Option<string?> image = new("--image") { Description = "Its hash (default: the newest)." };
        return SandboxCommands.WithService(new("export", "Writes an image as one file, for vendors to take in.") { file, image }, async (parsed, _, service) =>
        {
            var name = parsed.GetValue(image) ?? (service.Runtimes is [var newest, ..] ? newest : throw new UsageException("there is no image to export; 'plinth sandbox runtime build' makes one."));
            await service.ExportRuntimeAsync(name, parsed.GetValue(file)!);
            Console.Out.WriteLine(name);
            return ExitCodes.Done;
        });
    }

    private static Command Import()
    {
        Argument<string> file = new("file") { Description = "An exported image." };
        Option<string?> image = new("--image") { Description = "The hash that was published; another image is refused." };
        return SandboxCommands.WithService(new("import", "Takes in an exported image.") { file, image }, async (parsed, _, service) =>
        {
            Console.Out.WriteLine(await service.ImportRuntimeAsync(parsed.GetValue(file)!, parsed.GetValue(image)));
            return ExitCodes.Done;
        });
    }
}
