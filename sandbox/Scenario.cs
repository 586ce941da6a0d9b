using System.Collections.Immutable;
using Plinth.Lakehouse;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox;

/// <summary>A published need: governed data, task, metric and limits that vendors answer with code.</summary>
public sealed record Scenario
{
    /// <summary>Lower-case letters, digits and hyphens.</summary>
    public required string Id { get; init; }
    /// <summary>Semantic version; a changed content needs a new one.</summary>
    public required string Version { get; init; }
    /// <summary>A title for people.</summary>
    public required string Title { get; init; }
    /// <summary>The same in Chinese.</summary>
    public required string TitleZh { get; init; }
    /// <summary>What is needed, and what for.</summary>
    public required string Need { get; init; }
    /// <summary>The same in Chinese.</summary>
    public required string NeedZh { get; init; }
    /// <summary>The office that asks.</summary>
    public required string Owner { get; init; }
    /// <summary>The governed dataset.</summary>
    public required TableName Dataset { get; init; }
    /// <summary>A SQL condition on the dataset's columns that all rows of the scenario meet; null for all.</summary>
    public string? RowFilter { get; init; }
    /// <summary>The column that identifies a row.</summary>
    public required string Key { get; init; }
    /// <summary>The column that the splits are cut by.</summary>
    public required string TimeColumn { get; init; }
    /// <summary>Columns that an algorithm may read, beside the key.</summary>
    public required ImmutableArray<string> Features { get; init; }
    /// <summary>The column to predict; given for training rows only. Of shapes their label's, of alarms the time at which an event begins.</summary>
    public required string Label { get; init; }
    /// <summary>What is answered: <c>label</c>, <c>number</c>, <c>rank</c> (a score, the higher the likelier), <c>shape</c> (boxes and polygons, any number a key) or <c>alarm</c> (times, any number a key).</summary>
    /// <value>label</value>
    public string Answer { get; init; } = "label";
    /// <summary>Of shapes: the column with <c>left top right bottom</c> or a ring <c>x y x y x y</c>; null for other answers.</summary>
    public string? Shape { get; init; }
    /// <summary>Of alarms: the column with the time at which an event ends; null for other answers.</summary>
    public string? Until { get; init; }
    /// <summary>A feature whose values are reported one by one too, as <c>mae[15]</c>; null for none.</summary>
    public string? Group { get; init; }
    /// <summary>Columns that are kept back, and why.</summary>
    public ImmutableSortedDictionary<string, string> Withheld { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    /// <summary>Labelled rows to learn from.</summary>
    public required TimeSlice Train { get; init; }
    /// <summary>Rows whose score the vendor sees at once.</summary>
    public required TimeSlice Public { get; init; }
    /// <summary>Later rows that decide the rank.</summary>
    public required TimeSlice Hidden { get; init; }
    /// <summary>Still later rows, on which a released algorithm gives advice.</summary>
    public required TimeSlice Production { get; init; }
    /// <summary>The one file that a submission writes, CSV. Labels: key, label and, if it likes, <c>confidence</c> (0 to 1, kept to three decimals). Numbers and ranks: key, value (six digits are kept).
    /// Shapes: key, label, <c>confidence</c>, shape. Alarms: key, <c>at</c> (seconds since 1970).</summary>
    public string Output { get; init; } = "predictions.csv";
    /// <summary>What ranks, e.g. <c>macro_f1</c>, <c>mae</c>, <c>map_50</c>; the usual others of the kind of answer are reported beside it.</summary>
    public required string Metric { get; init; }
    /// <summary>Whether the lower value of <see cref="Metric"/> is the better one.</summary>
    public bool LowerIsBetter { get; init; }
    /// <summary>Reported beside the usual ones, e.g. <c>coverage_at_85</c>.</summary>
    public ImmutableArray<string> MoreMetrics { get; init; } = [];
    /// <summary>The publisher's own scorer instead of named metrics: DuckDB SQL over <c>truth</c> and <c>answer</c> that gives one row of numbers; <see cref="Metric"/> is one of its columns.</summary>
    public string? Scorer { get; init; }
    /// <summary>The most that one run may use.</summary>
    public required RunLimits Limits { get; init; }
    /// <summary>What a vendor agrees to.</summary>
    public required string Terms { get; init; }
    /// <summary>Where it comes from and what is there already; null for nothing to say.</summary>
    public string? Context { get; init; }
    /// <summary>What the best answer gets; null for nothing.</summary>
    public string? Award { get; init; }
    /// <summary>Submissions are taken from then on; null for at once.</summary>
    public DateTimeOffset? Opens { get; init; }
    /// <summary>Submissions are taken until then; null for no end.</summary>
    public DateTimeOffset? Closes { get; init; }
    /// <summary>Public scores are shown in steps of that size, in the metric's unit.</summary>
    /// <value>0.01</value>
    public double ScoreStep { get; init; } = 0.01;
    /// <summary>Submissions of an organisation that go on to the hidden split.</summary>
    /// <value>2</value>
    public int Finals { get; init; } = 2;
    /// <summary>Whether the organisation names its finals itself; otherwise the first ones are.</summary>
    /// <value>false</value>
    public bool FinalsAreChosen { get; init; }
    /// <summary>The dataset's version that labelled splits are read at; null until published.</summary>
    public long? DatasetVersion { get; init; }
    internal AnswerKind Kind => Enum.Parse<AnswerKind>(Answer, ignoreCase: true);
    /// <summary>Who published it; null until published.</summary>
    public string? PublishedBy { get; init; }
    /// <summary>When; null until published.</summary>
    public DateTimeOffset? PublishedAt { get; init; }
}

/// <summary>Rows from a time (inclusive) until another (exclusive); null is open.</summary>
public readonly record struct TimeSlice(DateTimeOffset? From, DateTimeOffset? Until);

/// <summary>The most that one run may use. Where the service is not root some are soft; the run's record says which.</summary>
public sealed record RunLimits
{
    /// <value>60 s</value>
    public TimeSpan WallClock { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>Processor time of one process.</summary>
    /// <value>60 s</value>
    public TimeSpan Processor { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>Share of cores, all processes together.</summary>
    /// <value>1</value>
    public double Cores { get; init; } = 1;
    /// <value>512 MiB</value>
    public long MemoryBytes { get; init; } = 512L << 20;
    /// <summary>Processes and threads.</summary>
    /// <value>64</value>
    public int Processes { get; init; } = 64;
    /// <summary>Everything in /out together.</summary>
    /// <value>64 MiB</value>
    public long OutputBytes { get; init; } = 64L << 20;
    /// <summary>Files in /out.</summary>
    /// <value>1,000</value>
    public int OutputFiles { get; init; } = 1000;
    /// <summary>Everything in /tmp together.</summary>
    /// <value>64 MiB</value>
    public long ScratchBytes { get; init; } = 64L << 20;
    /// <summary>Standard output and standard error, each; more ends the run.</summary>
    /// <value>1 MiB</value>
    public long TextBytes { get; init; } = 1L << 20;
}
