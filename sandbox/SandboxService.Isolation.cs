using Plinth.Sandbox.Isolation;

namespace Plinth.Sandbox;

public sealed partial class SandboxService
{
    /// <summary>Runs the conformance job on every back end, whatever is remembered: the verdict of each, the default first. One that is not available is not used.</summary>
    public async Task<IReadOnlyList<IsolationVerdict>> ConformanceAsync(CancellationToken cancellationToken = default)
    {
        var backends = Backends.All(_options);
        var verdicts = new List<IsolationVerdict>();
        foreach (var backend in backends)
        {
            var verdict = (await Conformance.RunAsync(_options, [backend], cancellationToken)).Single();
            await ConformanceCache.KeepAsync(_options, backend, verdict, cancellationToken);
            verdicts.Add(verdict);
        }
        return verdicts;
    }
}
