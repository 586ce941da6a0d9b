namespace Plinth.Modules.Drone;

/// <summary>Drone flights: findings on photographs become flight orders.</summary>
internal sealed class DroneModule : IModule
{
    public string Name => "drone";

    public string Title => "drone flights: re-fly, inspect";

    public (string Action, string? Value, string? Details)? Propose(Finding finding) => finding.Kind switch
    {
        FindingKinds.LowOverlap => ("refly", finding.Value, finding.Evidence),
        _ => null,
    };
}
