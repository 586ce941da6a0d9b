using System.CommandLine;
using Plinth.App.Output;
using Plinth.Lakehouse;

namespace Plinth.App.Commands;

/// <summary><c>plinth lake verify</c>: are all originals still there, and as they were?</summary>
internal static class VerifyCommand
{
    internal static Command Build()
    {
        Option<bool> fast = new("--fast") { Description = "Looks at presence, size and time only, and hashes nothing." };
        var json = Shared.Json();
        Command command = new("verify", "Looks after every original, also those registered where they lie: missing, changed and damaged ones are listed (exit 1).") { fast, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var lake = Lake.Open(new(parsed.GetValue(Shared.Lake)!));
            var check = await lake.Raw.CheckAsync(!parsed.GetValue(fast), cancellationToken: cancellationToken);
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(check);
            else
            {
                if (check.Faults.Count > 0)
                {
                    var table = Tables.New("kind", "file", "what");
                    foreach (var fault in check.Faults)
                        table.Row(fault.Kind, fault.Path, fault.Reason);
                    table.Print();
                }
                Console.Out.WriteLine($"{check.Stored:N0} originals in the lake, {check.Registered:N0} where they lie, {check.Bytes:N0} bytes{(check.Thorough ? ", all hashed" : "")}: "
                    + (check.Faults.Count == 0 ? "all as they were" : $"{check.Faults.Count:N0} are not as they were"));
            }
            return check.Faults.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }
}
