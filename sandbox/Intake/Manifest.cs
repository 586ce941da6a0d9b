using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Plinth.Sandbox.Submissions;

namespace Plinth.Sandbox.Intake;

/// <summary>What a submission says about itself in <c>sandbox.json</c>.</summary>
/// <param name="Need">Id of the scenario that it answers.</param>
/// <param name="Kind">See <see cref="SubmissionKind"/>.</param>
/// <param name="Entry">The file to run, relative to the submission.</param>
/// <param name="Outputs">Files that it writes to /out.</param>
/// <param name="Seed">Given to the run as <c>PLINTH_SEED</c> and <c>PYTHONHASHSEED</c>.</param>
internal sealed partial record Manifest(string Need, string Kind, string Entry, ImmutableArray<string> Outputs, long Seed)
{
    internal const string FileName = "sandbox.json";

    /// <summary>Hash of the runtime image that it was developed on; null for the newest here.</summary>
    public string? Runtime { get; init; }

    /// <summary>Labels that a model's numbers stand for, in their order; empty when it answers with the labels themselves.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Limits it asks for, in the manifest's units; null for the scenario's.</summary>
    public long? WallClockSeconds { get; init; }
    public long? ProcessorSeconds { get; init; }
    public long? MemoryMegabytes { get; init; }
    public long? Processes { get; init; }

    /// <summary>The scenario's limits, or less where the manifest asks for less.</summary>
    public RunLimits Limits(RunLimits most) => most with
    {
        WallClock = WallClockSeconds is { } wall ? TimeSpan.FromSeconds(wall) : most.WallClock,
        Processor = ProcessorSeconds is { } processor ? TimeSpan.FromSeconds(processor) : most.Processor,
        MemoryBytes = MemoryMegabytes is { } memory ? memory << 20 : most.MemoryBytes,
        Processes = Processes is { } processes ? (int)processes : most.Processes,
    };

    /// <summary>Reads and checks a manifest against the scenario; every fault is added to <paramref name="faults"/>.</summary>
    public static Manifest? Read(ReadOnlyMemory<byte> json, Scenario scenario, IReadOnlyCollection<string> files, List<string> faults)
    {
        var before = faults.Count;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var fields = new JsonFields(document.RootElement, "", faults);
            var limits = fields.Object("limits");
            var labels = fields.OptionalTexts("labels");
            var manifest = new Manifest(fields.Text("need"), fields.Text("kind"), fields.Text("entry"), fields.Texts("outputs"), fields.Number("seed", 0, uint.MaxValue) ?? 0)
            {
                Runtime = fields.OptionalText("runtime"),
                Labels = labels,
                WallClockSeconds = limits?.Number("wallClockSeconds", 1, (long)scenario.Limits.WallClock.TotalSeconds),
                ProcessorSeconds = limits?.Number("processorSeconds", 1, (long)scenario.Limits.Processor.TotalSeconds),
                MemoryMegabytes = limits?.Number("memoryMegabytes", 16, scenario.Limits.MemoryBytes >> 20),
                Processes = limits?.Number("processes", 1, scenario.Limits.Processes),
            };
            _ = fields.OptionalText("name");
            _ = fields.OptionalText("description");
            fields.RefuseOthers();
            limits?.RefuseOthers();
            manifest.Check(scenario, files, faults);
            return faults.Count == before ? manifest : null;
        }
        catch (JsonException e)
        {
            faults.Add($"{FileName}: line {e.LineNumber + 1}: it is not JSON");
            return null;
        }
    }

    private void Check(Scenario scenario, IReadOnlyCollection<string> files, List<string> faults)
    {
        if (Need.Length > 0 && Need != scenario.Id)
            faults.Add($"{FileName}: need '{Need}' is not the scenario submitted to, '{scenario.Id}'");
        if (Kind.Length > 0 && Entry.Length > 0)
            faults.AddRange(SubmissionKind.Faults(Kind, Entry, files).Select(fault => $"{FileName}: {fault}"));
        if (Runtime is not null && !Sha256().IsMatch(Runtime))
            faults.Add($"{FileName}: runtime is the hash of an image, 64 hexadecimal digits; 'plinth sandbox runtime' lists those that are here");
        if (Labels.Length > 0 && (Kind != SubmissionKind.Onnx || Labels.Any(label => label.Length == 0 || label.Any(char.IsControl))))
            faults.Add($"{FileName}: labels are texts of one line, and for kind onnx alone");
        if (!Outputs.SequenceEqual([scenario.Output]))
            faults.Add($"{FileName}: outputs must be exactly [\"{scenario.Output}\"]");
    }

    /// <summary>The fields of one JSON object; adds a fault for what is missing, of another type, or not known.</summary>
    private sealed class JsonFields(JsonElement element, string path, List<string> faults)
    {
        private readonly HashSet<string> _asked = [];

        public string Text(string name)
        {
            if (OptionalText(name) is { } text)
                return text;
            faults.Add($"{FileName}: field '{path}{name}' is missing or not a text");
            return "";
        }

        public string? OptionalText(string name) => Find(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 and <= 2000 } text ? text : null;

        public ImmutableArray<string> Texts(string name)
        {
            if (Find(name) is { ValueKind: JsonValueKind.Array } list && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
                return [.. list.EnumerateArray().Select(item => item.GetString()!)];
            faults.Add($"{FileName}: field '{path}{name}' is missing or not a list of texts");
            return [];
        }

        public ImmutableArray<string> OptionalTexts(string name) => Find(name) is null ? [] : Texts(name);

        public long? Number(string name, long minimum, long maximum)
        {
            if (Find(name) is not { } value)
                return null;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= minimum && number <= maximum)
                return number;
            faults.Add($"{FileName}: field '{path}{name}' is a whole number from {minimum} to {maximum}");
            return null;
        }

        public JsonFields? Object(string name)
        {
            if (Find(name) is not { } value)
                return null;
            if (value.ValueKind == JsonValueKind.Object)
                return new(value, $"{path}{name}.", faults);
            faults.Add($"{FileName}: field '{path}{name}' is not an object");
            return null;
        }

        public void RefuseOthers()
        {
            if (element.ValueKind != JsonValueKind.Object)
                return;
            var seen = new HashSet<string>();
            foreach (var member in element.EnumerateObject())
            {
                if (!_asked.Contains(member.Name))
                    faults.Add($"{FileName}: field '{path}{Shown(member.Name)}' is not known");
                else if (!seen.Add(member.Name))
                    faults.Add($"{FileName}: field '{path}{member.Name}' is there twice");
            }
        }

        private JsonElement? Find(string name)
        {
            _asked.Add(name);
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
        }

        private static string Shown(string name) => Unprintable().Replace(name[..Math.Min(name.Length, 60)], "?");
    }

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sha256();

    [GeneratedRegex("[^ -~]", RegexOptions.CultureInvariant)]
    private static partial Regex Unprintable();
}
