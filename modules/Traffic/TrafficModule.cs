namespace Plinth.Modules.Traffic;

/// <summary>Roads and signals: findings on detector logs become checks of a junction or a device.</summary>
internal sealed class TrafficModule : IModule
{
    public string Name => "traffic";

    public string Title => "roads and signals: congestion, detectors";

    public (string Action, string? Value, string? Details)? Propose(Finding finding) => finding.Kind switch
    {
        FindingKinds.SlowTraffic => ("review_signal_plan", finding.Value, finding.Evidence),
        FindingKinds.SilentDetector => ("inspect_detector", finding.Value, finding.Evidence),
        _ => null,
    };
}
