namespace Plinth.App;

/// <summary>The contract with whoever calls the program; see docs/cli.md.</summary>
internal static class ExitCodes
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;
    /// <summary>An input was refused, and nothing was changed by it.</summary>
    internal const int Refused = 3;
}
