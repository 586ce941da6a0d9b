using System.Collections.Immutable;
using System.Text.Json;

namespace Plinth.Lakehouse.Delta;

/// <summary>JSON to actions. Unknown actions and unknown fields are passed over, as the protocol demands.</summary>
internal static class ActionReader
{
    /// <summary>All actions of a commit or of a JSON checkpoint.</summary>
    /// <exception cref="TableFormatException">A line is no JSON object or lacks a required field.</exception>
    public static IEnumerable<LogAction> ReadLines(string table, string file, ReadOnlyMemory<byte> content)
    {
        for (var line = 1; !content.IsEmpty; line++)
        {
            var end = content.Span.IndexOf((byte)'\n');
            var text = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            if (text.Span.TrimEnd((byte)'\r').IsEmpty)
                continue;
            if (Read(table, file, line, text) is { } action)
                yield return action;
        }
    }

    /// <summary>One line; null for an action that is not known here.</summary>
    public static LogAction? Read(string table, string file, int line, ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            foreach (var property in document.RootElement.EnumerateObject())
                if (property.Value.ValueKind == JsonValueKind.Object && Read(property.Name, property.Value) is { } action)
                    return action;
            return null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TableFormatException(table, $"{file}:{line}", $"not a log action ({e.Message}).");
        }
    }

    /// <summary>The action in <paramref name="value"/>, which stands under <paramref name="name"/>; null when it is not known here.</summary>
    public static LogAction? Read(string name, JsonElement value) => name switch
    {
        "add" => Add(value),
        "remove" => Remove(value),
        "cdc" => new ChangeFile(Required(value, "path"), value.Long("size") ?? 0) { PartitionValues = Values(value, "partitionValues"), DataChange = false },
        "metaData" => ReadMetadata(value),
        "protocol" => new Protocol((int)RequiredLong(value, "minReaderVersion"), (int)RequiredLong(value, "minWriterVersion"), Features(value, "readerFeatures"), Features(value, "writerFeatures")),
        "txn" => new Transaction(Required(value, "appId"), RequiredLong(value, "version"), value.Long("lastUpdated")),
        "domainMetadata" => new DomainMetadata(Required(value, "domain"), value.Text("configuration") ?? "", value.Bool("removed") ?? false),
        "sidecar" => new Sidecar(Required(value, "path")),
        "commitInfo" => ReadCommitInfo(value),
        _ => null,
    };

    private static AddFile Add(JsonElement value) => new(Required(value, "path"), value.Long("size") ?? 0, value.Long("modificationTime") ?? 0)
    {
        PartitionValues = Values(value, "partitionValues"),
        DataChange = value.Bool("dataChange") ?? true,
        Stats = value.Text("stats") ?? (value.Object("stats_parsed") is { } parsed ? parsed.GetRawText() : null),
        Tags = value.Object("tags") is null ? null : Values(value, "tags"),
        DeletionVector = ReadDeletionVector(value),
        BaseRowId = value.Long("baseRowId"),
        DefaultRowCommitVersion = value.Long("defaultRowCommitVersion"),
        ClusteringProvider = value.Text("clusteringProvider"),
    };

    private static RemoveFile Remove(JsonElement value) => new(Required(value, "path"), value.Long("deletionTimestamp") ?? 0)
    {
        PartitionValues = Values(value, "partitionValues"),
        DataChange = value.Bool("dataChange") ?? true,
        ExtendedFileMetadata = value.Bool("extendedFileMetadata") ?? false,
        Size = value.Long("size"),
        DeletionVector = ReadDeletionVector(value),
        BaseRowId = value.Long("baseRowId"),
        DefaultRowCommitVersion = value.Long("defaultRowCommitVersion"),
    };

    private static Metadata ReadMetadata(JsonElement value)
    {
        var format = value.Object("format");
        return new(value.Text("id") ?? "", Required(value, "schemaString"), Strings(value, "partitionColumns") ?? [], Text(Values(value, "configuration")))
        {
            Name = value.Text("name"),
            Description = value.Text("description"),
            Provider = format?.Text("provider") ?? "parquet",
            Options = format is { } f ? Text(Values(f, "options")) : ImmutableSortedDictionary<string, string>.Empty,
            CreatedTime = value.Long("createdTime"),
        };
    }

    private static DeletionVector? ReadDeletionVector(JsonElement file) => file.Object("deletionVector") is { } value ? Vector(value) : null;

    public static DeletionVector Vector(JsonElement value) =>
        new(Required(value, "storageType"), Required(value, "pathOrInlineDv"), (int?)value.Long("offset"), (int)RequiredLong(value, "sizeInBytes"), RequiredLong(value, "cardinality"));

    private static CommitInfo ReadCommitInfo(JsonElement value) => new()
    {
        Timestamp = value.Long("timestamp"),
        InCommitTimestamp = value.Long("inCommitTimestamp"),
        Operation = value.Text("operation") ?? "",
        Parameters = Text(Values(value, "operationParameters")),
        Metrics = Text(Values(value, "operationMetrics")),
        EngineInfo = value.Text("engineInfo"),
        TxnId = value.Text("txnId"),
        ReadVersion = value.Long("readVersion"),
        IsBlindAppend = value.Bool("isBlindAppend"),
        Lineage = value.Object("plinth") is { } own ? ReadLineage(own) : null,
        PreviousSha256 = value.Object("plinth")?.Text("previous"),
    };

    private static Lineage? ReadLineage(JsonElement own) => own.Text("runId") is not { } run
        ? null
        : new(Strings(own, "inputs") ?? [], run, own.Text("codeVersion") ?? "", own.Text("principal"), own.Text("step"));

    private static string Required(JsonElement value, string name) => value.Text(name) ?? throw new FormatException($"'{name}' is missing");

    private static long RequiredLong(JsonElement value, string name) => value.Long(name) ?? throw new FormatException($"'{name}' is missing");

    private static ImmutableArray<string>? Strings(JsonElement value, string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Array ? [.. found.EnumerateArray().Select(item => item.GetString() ?? "")] : null;

    private static ImmutableSortedSet<string>? Features(JsonElement value, string name) => Strings(value, name)?.ToImmutableSortedSet(StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, string?> Values(JsonElement value, string name) => value.Object(name) is { } map ? Map(map) : FileAction.NoValues;

    public static ImmutableSortedDictionary<string, string?> Map(JsonElement map)
    {
        ImmutableSortedDictionary<string, string?>.Builder? values = null;
        foreach (var entry in map.EnumerateObject())
            (values ??= FileAction.NoValues.ToBuilder())[entry.Name] = entry.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => entry.Value.GetString(),
                _ => entry.Value.GetRawText(),
            };
        return values?.ToImmutable() ?? FileAction.NoValues;
    }

    private static ImmutableSortedDictionary<string, string> Text(ImmutableSortedDictionary<string, string?> values) =>
        values.Where(v => v.Value is not null).ToImmutableSortedDictionary(v => v.Key, v => v.Value!, StringComparer.Ordinal);
}

/// <summary>Fields that may be absent or null.</summary>
internal static class JsonFields
{
    public static string? Text(this JsonElement value, string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;

    /// <summary>Also from text, since some writers quote numbers.</summary>
    public static long? Long(this JsonElement value, string name) => !value.TryGetProperty(name, out var found) ? null : found.ValueKind switch
    {
        JsonValueKind.Number => found.TryGetInt64(out var whole) ? whole : (long)found.GetDouble(),
        JsonValueKind.String => long.TryParse(found.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var parsed) ? parsed : null,
        _ => null,
    };

    public static bool? Bool(this JsonElement value, string name) => !value.TryGetProperty(name, out var found) ? null : found.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static JsonElement? Object(this JsonElement value, string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Object ? found : null;
}
