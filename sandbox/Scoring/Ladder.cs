namespace Plinth.Sandbox.Scoring;

/// <summary>What a vendor is shown of public scores: its best so far, in steps. A try that is not better by a whole step shows nothing new, so that noise teaches nothing (Blum and Hardt, 2015).</summary>
internal static class Ladder
{
    /// <summary>The score to show after one more try.</summary>
    /// <param name="shown">What was shown before; null before the first.</param>
    /// <param name="step">In the metric's unit, above 0.</param>
    public static double Show(double? shown, double score, double step, bool higherIsBetter)
    {
        var rounded = Math.Round(score / step, MidpointRounding.AwayFromZero) * step;
        if (shown is not { } best)
            return rounded;
        return (higherIsBetter ? score > best + step : score < best - step) ? rounded : best;
    }
}
