using System.Globalization;
using System.Text;
using Plinth.Sandbox;
using Plinth.Sandbox.Runtime;
using Plinth.Sandbox.Submissions;
using Plinth.Tests.Isolation;

namespace Plinth.Tests.Submissions;

/// <summary>A sample of a scenario of our own and submissions for it, run as on a vendor's machine.</summary>
internal sealed class GivenSample : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GivenSample()
    {
        Given.Isolation();
        Directory.CreateDirectory(_folder["sample"]);
        File.WriteAllText(_folder["sample", "train.csv"], "id,words,kind\n1,dog barks,animal\n2,cat runs,animal\n3,pot hole,road\n4,hole deep,road\n");
        File.WriteAllText(_folder["sample", "test.csv"], "id,words\n5,dog barks\n6,pot hole\n7,\"owl, lost\"\n");
    }

    public Scenario Scenario { get; } = new()
    {
        Id = "kinds", Version = "1.0.0", Title = "t", TitleZh = "t", Need = "n", NeedZh = "n", Owner = "o", Dataset = new("hotline", "service_request"), Key = "id", TimeColumn = "requested_datetime",
        Features = ["words"], Label = "kind", Train = default, Public = default, Hidden = default, Production = default, Metric = "accuracy", Terms = "t", Limits = new() { MemoryBytes = 512L << 20 },
    };

    public SandboxOptions Options { get; init; } = Given.Options;

    public string Path(params string[] parts) => _folder[parts];

    /// <summary>One image for all tests of the process: made once, since it takes seconds.</summary>
    public static readonly Lazy<Task<(RuntimeStore Store, string Image, TemporaryFolder Folder)>> Image = new(async () =>
    {
        var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        var store = new RuntimeStore(folder["runtimes"], Given.Options.Python);
        return (store, await store.BuildAsync(CancellationToken.None), folder);
    });

    public static void NeedsImage() => Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/pandas"), "python3-numpy and python3-pandas are not installed");

    public string Submission(string kind, string entry, params (string Name, string Text)[] files) => Submission(kind, entry, "", [.. files.Select(file => (file.Name, Encoding.UTF8.GetBytes(file.Text)))]);

    public string Submission(string kind, string entry, string more, params (string Name, byte[] Bytes)[] files)
    {
        var folder = _folder["submission-" + Guid.NewGuid().ToString("n")];
        foreach (var (name, bytes) in files)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.Combine(folder, name))!);
            File.WriteAllBytes(System.IO.Path.Combine(folder, name), bytes);
        }
        File.WriteAllText(System.IO.Path.Combine(folder, "sandbox.json"), string.Create(CultureInfo.InvariantCulture, $$"""{"need":"kinds","kind":"{{kind}}","entry":"{{entry}}","outputs":["predictions.csv"]{{more}}}"""));
        return folder;
    }

    public Task<TrialResult> TryAsync(string submission, RuntimeStore? runtimes = null) =>
        SubmissionTrial.RunAsync(submission, Scenario, _folder["sample"], runtimes ?? new RuntimeStore(_folder["no-runtimes"], Options.Python), Options, CancellationToken.None);

    public void Dispose() => _folder.Dispose();
}
