using System.IO.Compression;
using System.Text;
using Plinth.Sandbox;
using Plinth.Sandbox.Submissions;
using Plinth.Tests.Isolation;

namespace Plinth.Tests.Submissions;

public sealed class KindTests
{
    private const string Pandas = """
        import numpy, pandas
        assert numpy.linalg.inv(numpy.eye(4) * 2)[0, 0] == 0.5
        train, test = pandas.read_csv("/in/train.csv"), pandas.read_csv("/in/test.csv")
        first = train.assign(word=train.words.str.split().str[0]).set_index("word").kind
        test.assign(kind=test.words.str.split().str[0].map(first).fillna("animal"))[["id", "kind"]].to_csv("/out/predictions.csv", index=False)
        """;

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("gvisor")]
    public async Task Python_finds_numpy_and_pandas_in_the_runtime_image(string backend)
    {
        GivenSample.NeedsImage();
        if (backend == "gvisor")
            Given.GVisor();
        using var sample = new GivenSample { Options = Given.Options with { Backend = backend } };
        var (store, image, _) = await GivenSample.Image.Value;
        var result = await sample.TryAsync(sample.Submission("python", "main.py", ("main.py", Pandas)), store);
        result.StandardError.Should().BeEmpty();
        (result.Sound, result.Rows, result.Runtime).Should().Be((true, 3, image));
        Encoding.UTF8.GetString(result.Output!).Should().Be("id,kind\n5,animal\n6,road\n7,animal\n");
    }

    [Fact]
    public async Task A_pure_wheel_in_vendor_can_be_imported_and_one_for_a_machine_is_refused()
    {
        using var sample = new GivenSample();
        var wheel = Wheel(sample.Path("w.whl"));
        var result = await sample.TryAsync(sample.Submission("python", "main.py", "", ("vendor/guess-1.0-py3-none-any.whl", wheel), ("main.py", Encoding.UTF8.GetBytes("import guess\nguess.write('/in/test.csv', '/out/predictions.csv')"))));
        (result.Sound, result.Rows).Should().Be((true, 3), result.StandardError);
        (await sample.Invoking(s => s.TryAsync(s.Submission("python", "main.py", "", ("vendor/fast-1.0-cp311-cp311-linux_x86_64.whl", wheel), ("main.py", [])))).Should().ThrowAsync<SubmissionRefusedException>())
            .Which.Faults.Should().ContainSingle().Which.Should().Contain("is not a pure wheel");
    }

    [Fact]
    public async Task Any_executable_runs_and_brings_programs_of_its_own()
    {
        using var sample = new GivenSample();
        var result = await sample.TryAsync(sample.Submission("executable", "run", "", ("run", Encoding.UTF8.GetBytes("#!/bin/sh\necho id,kind > /out/predictions.csv\ntail -n +2 /in/test.csv | cut -d, -f1 | while read -r id; do echo \"$id,road\"; done >> /out/predictions.csv\n"))));
        (result.Sound, result.Rows).Should().Be((true, 3), result.StandardError);
        // a native program as the entry itself: it starts, and writes nothing
        var native = await sample.TryAsync(sample.Submission("executable", "bin/tool", "", ("bin/tool", await File.ReadAllBytesAsync("/usr/bin/true"))));
        (native.Outcome, native.Fault).Should().Be(("Completed", "/out/predictions.csv was not written"));
    }

    [Fact]
    public async Task Sql_runs_on_duckdb_inside_and_reaches_nothing_outside()
    {
        using var sample = new GivenSample();
        var result = await sample.TryAsync(sample.Submission("sql", "answer.sql", ("answer.sql", "CREATE TABLE predictions AS SELECT t.id, coalesce(any_value(r.kind), 'animal') AS kind FROM test t LEFT JOIN train r ON r.words = t.words GROUP BY t.id ORDER BY t.id;")));
        (result.Sound, result.Rows).Should().Be((true, 3), result.StandardError);
        var secret = sample.Path("secret.csv");
        await File.WriteAllTextAsync(secret, "the hidden truth");
        var reading = await sample.TryAsync(sample.Submission("sql", "a.sql", ("a.sql", $"CREATE TABLE predictions AS SELECT * FROM read_text('{secret}');")));
        reading.Sound.Should().BeFalse("there is no such file inside");
        (reading.StandardError + Encoding.UTF8.GetString(reading.Output ?? [])).Should().NotContain("the hidden truth");
        var bomb = await sample.TryAsync(sample.Submission("sql", "a.sql", ("a.sql", "CREATE TABLE predictions AS SELECT length(repeat('x', 2000000000)) AS n FROM range(2);")));
        bomb.Outcome.Should().BeOneOf("Memory", "Crashed");
        bomb.Sound.Should().BeFalse();
    }

    [Fact]
    public async Task A_model_alone_is_run_by_a_runner_of_ours()
    {
        using var sample = new GivenSample();
        try
        {
            _ = Plinth.Sandbox.Runtime.RuntimeTools.Onnx();
        }
        catch (IsolationUnavailableException e)
        {
            Assert.Skip(e.Reason);
        }
        var model = OnnxModel.Encoder("words", new Dictionary<string, string> { ["dog barks"] = "animal", ["pot hole"] = "road" }, "animal");
        var result = await sample.TryAsync(sample.Submission("onnx", "m.onnx", "", ("m.onnx", model)));
        (result.Sound, result.Rows).Should().Be((true, 3), result.StandardError);
        Encoding.UTF8.GetString(result.Output!).Should().Be("id,kind\n5,animal\n6,road\n7,animal\n");
        var other = await sample.TryAsync(sample.Submission("onnx", "m.onnx", "", ("m.onnx", OnnxModel.Encoder("colour", new Dictionary<string, string> { ["red"] = "road" }, "road"))));
        other.StandardError.Should().Contain("the model's inputs colour are no columns of test.csv");
        var broken = await sample.TryAsync(sample.Submission("onnx", "m.onnx", "", ("m.onnx", model[..^9])));
        (broken.Outcome, broken.StandardError.Contains("the model failed", StringComparison.Ordinal)).Should().Be(("Crashed", true), broken.StandardError);
    }

    [Theory]
    [InlineData("python", "main.sql", "entry 'main.sql' is not a .py file of the submission")]
    [InlineData("sql", "main.py", "entry 'main.py' is not a .sql file of the submission")]
    [InlineData("onnx", "main.py", "entry 'main.py' is not a .onnx file of the submission")]
    [InlineData("executable", "absent", "entry 'absent' is not a file of the submission")]
    public void The_entry_must_fit_the_kind(string kind, string entry, string fault) =>
        SubmissionKind.Faults(kind, entry, ["main.py", "main.sql"]).Should().Equal(fault);

    [Theory]
    [InlineData("id,kind\n5,animal\n5,road\n6,road\n7,road\n", "repeats a key")]
    [InlineData("id,kind\n5,animal\n6,road\n", "1 of 3 keys have no row")]
    [InlineData("id,label\n5,animal\n", "the header must be")]
    [InlineData("id,kind,confidence\n5,animal,NaN\n6,road,1\n7,road,0\n", "confidence")]
    [InlineData("id,kind\n5,animal\n6,road\n8,road\n", "not asked for")]
    [InlineData("id,kind\n5,lion\n6,road\n7,road\n", "label")]
    public async Task An_output_that_is_not_sound_is_told_apart_from_one_that_is(string output, string fault)
    {
        using var sample = new GivenSample();
        var result = await sample.TryAsync(sample.Submission("python", "main.py", ("main.py", $"open('/out/predictions.csv', 'w').write({System.Text.Json.JsonSerializer.Serialize(output)})")));
        (result.Outcome, result.Sound).Should().Be(("Completed", false));
        result.Fault.Should().Contain(fault);
    }

    private static byte[] Wheel(string path)
    {
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var writer = new StreamWriter(zip.CreateEntry("guess/__init__.py").Open());
            writer.Write("def write(source, target):\n  rows = open(source).read().split('\\n')[1:]\n  open(target, 'w').write('id,kind\\n' + ''.join(r.split(',')[0] + ',road\\n' for r in rows if r))\n");
        }
        return File.ReadAllBytes(path);
    }
}
