namespace Plinth.Sandbox.Isolation;

/// <summary>The back ends there are.</summary>
internal static class Backends
{
    /// <summary>The one that the options name.</summary>
    /// <exception cref="IsolationUnavailableException">There is none of that name.</exception>
    public static IBackend Of(SandboxOptions options) => options.Backend switch
    {
        SandboxOptions.BubblewrapBackend => new Bubblewrap(options),
        SandboxOptions.GVisorBackend => new GVisor(options),
        _ => throw new IsolationUnavailableException($"there is no back end '{options.Backend}'; known are bubblewrap, gvisor."),
    };

    /// <summary>All, the default first.</summary>
    public static IReadOnlyList<IBackend> All(SandboxOptions options) => [new Bubblewrap(options), new GVisor(options)];
}
