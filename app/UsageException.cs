namespace Plinth.App;

/// <summary>The command was called wrongly in a way that the parser cannot see.</summary>
internal sealed class UsageException(string message) : Exception(message);
