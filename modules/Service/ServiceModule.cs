namespace Plinth.Modules.Service;

/// <summary>Citizens' hotline orders: advice on the responsible agency becomes a dispatch proposal.</summary>
internal sealed class ServiceModule : IModule
{
    public string Name => "service";

    public string Title => "citizens' orders: who is responsible, dispatch";

    public (string Action, string? Value, string? Details)? Propose(Finding finding) => finding.Kind switch
    {
        // An advice without an agency, or one that its own algorithm gives little for, is no proposal.
        FindingKinds.AgencyAdvice when finding.Value is { Length: > 0 } agency && finding.Confidence is null or >= 0.5 => ("dispatch", finding.Value, null),
        _ => null,
    };
}
