using Plinth.Catalog;

namespace Plinth.Jobs;

/// <summary>The pipelines that come with Plinth.</summary>
public static class CityPipelines
{
    /// <summary>Families of sources, in the order in which they are taken in.</summary>
    public static IReadOnlyList<string> Families { get; } = ["base", "photos", "models", "imagery", "sensors", "hotline"];

    /// <summary>The scenario that the loop scores and releases from.</summary>
    public const string DemoScenario = SandboxSteps.Scenario;

    /// <summary>Everything there is, on the sources under <paramref name="sources"/> (one folder a family, and <c>submissions</c>).</summary>
    public static IReadOnlyList<Pipeline> All(string sources) => [City(sources), Refresh(), Retention()];

    /// <summary>The whole loop: files → tables → twin → sandbox → modules → feedback.</summary>
    public static Pipeline City(string sources) => new("city", "the whole loop, from files to the map, through the sandbox and back",
    [
        .. Families.Select(family => IngestSteps.Family(family, Path.Combine(sources, family))),
        TwinSteps.Derive(),
        SandboxSteps.Score(Path.Combine(sources, "submissions")),
        SandboxSteps.Release(),
        FindingSteps.Advise(),
        FindingSteps.PhotoOverlap(),
        FindingSteps.DetectorSpeed(),
        FindingSteps.Propose(),
        FeedbackSteps.FromTheRecord(),
        TwinSteps.Publish(),
    ]);

    /// <summary>What follows from new rows, without taking files in.</summary>
    private static Pipeline Refresh() => new("refresh", "twin, findings and proposals from the rows that are there",
    [
        TwinSteps.Derive(), FindingSteps.PhotoOverlap(), FindingSteps.DetectorSpeed(), FindingSteps.Propose(), TwinSteps.Publish(),
    ]);

    /// <summary>What the contracts no longer keep; to be run once a day, by a scheduler of the machine's.</summary>
    private static Pipeline Retention() => new("retention", "takes rows out of tables that their contracts no longer keep", [RetentionSteps.ByContract()]);
}
