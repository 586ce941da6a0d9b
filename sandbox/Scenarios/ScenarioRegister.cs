using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Plinth.Catalog;
using Plinth.Sandbox.Lifecycle;
using Plinth.Sandbox.Scoring;

namespace Plinth.Sandbox.Scenarios;

/// <summary>Shipped and published scenarios.</summary>
internal sealed class ScenarioRegister(CityCatalog catalog, SandboxStore store, ScenarioDoor door, SandboxOptions options, IsolatedScorer scorer)
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> ShippedOnce = new(ReadShipped);

    public static IReadOnlyDictionary<string, string> Shipped => ShippedOnce.Value;

    /// <summary>The newest version of each, in order of id.</summary>
    public IReadOnlyList<Scenario> All() => [.. store.Scenarios().GroupBy(record => record.Id).Select(versions => Load(versions.Last()).Scenario)];

    /// <exception cref="ScenarioException">None is published under that id.</exception>
    public (Scenario Scenario, ScenarioFacts Facts) Newest(string id) =>
        store.Scenarios().LastOrDefault(record => record.Id == id) is { } found ? Load(found)
            : throw new ScenarioException(id, [$"it is not published; published are {(store.Scenarios().Count == 0 ? "none" : string.Join(", ", store.Scenarios().Select(s => s.Id).Distinct()))}"]);

    /// <summary>The version that a submission was made for.</summary>
    public (Scenario Scenario, ScenarioFacts Facts) Of(SubmissionRecord submission) =>
        Load(store.Scenarios().Single(record => record.Id == submission.Scenario && record.Version == submission.ScenarioVersion));

    public async Task<Scenario> PublishAsync(string file, Principal publisher, CancellationToken cancellationToken)
    {
        if (catalog.Access.Find(publisher.Name) is not { } known || !known.Roles.Any(role => role is "steward" or "operator"))
            throw new ScenarioException(file, [$"{publisher.Name} may not publish; a steward or the operator may"]);
        var yaml = Shipped.TryGetValue(file, out var shipped) ? shipped
            : File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken)
            : throw new ScenarioException(file, [$"there is no such file; shipped scenarios are {string.Join(", ", Shipped.Keys)}"]);
        var scenario = ScenarioFile.Read(yaml, file, catalog.Datasets);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(yaml)));
        if (Published(scenario) is { } there)
            return there.Sha256 == hash ? Load(there).Scenario
                : throw new ScenarioException(file, [$"{scenario.Id} {scenario.Version} is published with another content; give the changed one a new version"]);

        var snapshot = await catalog.Lake.ReadAsync(scenario.Dataset, cancellationToken: cancellationToken);
        scenario = scenario with { DatasetVersion = snapshot.Version, PublishedBy = publisher.Name, PublishedAt = catalog.Lake.Time.GetUtcNow() };
        var facts = await ScenarioFacts.ComputeAsync(door, scenario, options, scorer, cancellationToken);
        catalog.Audit.Append("sandbox.published", publisher.Name, new Dictionary<string, string>
        {
            ["scenario"] = scenario.Id, ["version"] = scenario.Version, ["sha256"] = hash, ["dataset"] = FormattableString.Invariant($"{scenario.Dataset}@{scenario.DatasetVersion}"),
        });
        store.AddScenario(new(scenario.Id, scenario.Version, hash, yaml, snapshot.Version, publisher.Name, SandboxStore.Text(scenario.PublishedAt.Value), JsonSerializer.Serialize(facts, Scoring.Inside.ScorerProgram.Json)));
        return Load(Published(scenario)!).Scenario; // of two that publish at once the first counts
    }

    private ScenarioRecord? Published(Scenario scenario) => store.Scenarios().FirstOrDefault(record => record.Id == scenario.Id && record.Version == scenario.Version);

    private (Scenario Scenario, ScenarioFacts Facts) Load(ScenarioRecord record) =>
        (ScenarioFile.Read(record.Yaml, record.Id, catalog.Datasets) with { DatasetVersion = record.DatasetVersion, PublishedBy = record.PublishedBy, PublishedAt = SandboxStore.Time(record.PublishedAt) },
            JsonSerializer.Deserialize<ScenarioFacts>(record.Facts, Scoring.Inside.ScorerProgram.Json)!);

    private static SortedDictionary<string, string> ReadShipped()
    {
        var shipped = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("scenarios/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            shipped.Add(name["scenarios/".Length..], reader.ReadToEnd());
        }
        return shipped;
    }
}
