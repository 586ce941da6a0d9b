using System.Diagnostics;
using System.Globalization;
using Plinth.Benchmarks.Sandbox;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["start"]:
        await StartTimes.RunAsync();
        return 0;
    case ["input"]:
        await InputTimes.RunAsync();
        return 0;
    case ["score"]:
        await ScoreTimes.RunAsync();
        return 0;
    default:
        Console.Error.WriteLine("usage: start | input | score (see README.md)");
        return 2;
}
