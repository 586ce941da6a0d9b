namespace Plinth.Modules;

/// <summary>The kinds of finding that modules know.</summary>
public static class FindingKinds
{
    /// <summary>Which agency an order is for; the value is the agency's code.</summary>
    public const string AgencyAdvice = "agency_advice";

    /// <summary>Two photographs that follow one another share too little ground; the value is the overlap as a share.</summary>
    public const string LowOverlap = "low_overlap";

    /// <summary>Speed far under the detector's usual one for several readings; the value is the lowest speed.</summary>
    public const string SlowTraffic = "slow_traffic";

    /// <summary>A detector sent nothing for long; the value is the gap in minutes.</summary>
    public const string SilentDetector = "silent_detector";
}
