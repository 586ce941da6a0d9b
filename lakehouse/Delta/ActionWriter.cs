using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Plinth.Lakehouse.Delta;

/// <summary>Actions to JSON, one object a line with a newline at the end.</summary>
internal static class ActionWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] WriteLines(IEnumerable<LogAction> actions)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer, Options);
        foreach (var action in actions)
        {
            json.WriteStartObject();
            Write(json, action);
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            buffer.Write("\n"u8);
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, LogAction action)
    {
        switch (action)
        {
            case AddFile add: WriteAdd(json, add); break;
            case RemoveFile remove: WriteRemove(json, remove); break;
            case Metadata metadata: WriteMetadata(json, metadata); break;
            case CommitInfo info: WriteCommitInfo(json, info); break;
            case ChangeFile change:
                json.WriteStartObject("cdc");
                json.WriteString("path", change.Path);
                WriteMap(json, "partitionValues", change.PartitionValues);
                json.WriteNumber("size", change.Size);
                json.WriteBoolean("dataChange", value: false);
                json.WriteEndObject();
                break;
            case Protocol protocol:
                json.WriteStartObject("protocol");
                json.WriteNumber("minReaderVersion", protocol.MinReaderVersion);
                json.WriteNumber("minWriterVersion", protocol.MinWriterVersion);
                WriteList(json, "readerFeatures", protocol.ReaderFeatures);
                WriteList(json, "writerFeatures", protocol.WriterFeatures);
                json.WriteEndObject();
                break;
            case Transaction txn:
                json.WriteStartObject("txn");
                json.WriteString("appId", txn.AppId);
                json.WriteNumber("version", txn.Version);
                WriteOptional(json, "lastUpdated", txn.LastUpdated);
                json.WriteEndObject();
                break;
            case DomainMetadata domain:
                json.WriteStartObject("domainMetadata");
                json.WriteString("domain", domain.Domain);
                json.WriteString("configuration", domain.Configuration);
                json.WriteBoolean("removed", domain.Removed);
                json.WriteEndObject();
                break;
            default:
                throw new InvalidOperationException($"{action.GetType().Name} is not written. This is a fault in Plinth.");
        }
    }

    private static void WriteAdd(Utf8JsonWriter json, AddFile add)
    {
        json.WriteStartObject("add");
        json.WriteString("path", add.Path);
        WriteMap(json, "partitionValues", add.PartitionValues);
        json.WriteNumber("size", add.Size);
        json.WriteNumber("modificationTime", add.ModificationTime);
        json.WriteBoolean("dataChange", add.DataChange);
        if (add.Stats is not null)
            json.WriteString("stats", add.Stats);
        if (add.Tags is not null)
            WriteMap(json, "tags", add.Tags);
        WriteDeletionVector(json, add.DeletionVector);
        WriteOptional(json, "baseRowId", add.BaseRowId);
        WriteOptional(json, "defaultRowCommitVersion", add.DefaultRowCommitVersion);
        if (add.ClusteringProvider is not null)
            json.WriteString("clusteringProvider", add.ClusteringProvider);
        json.WriteEndObject();
    }

    private static void WriteRemove(Utf8JsonWriter json, RemoveFile remove)
    {
        json.WriteStartObject("remove");
        json.WriteString("path", remove.Path);
        json.WriteNumber("deletionTimestamp", remove.DeletionTimestamp);
        json.WriteBoolean("dataChange", remove.DataChange);
        json.WriteBoolean("extendedFileMetadata", remove.ExtendedFileMetadata);
        if (remove.ExtendedFileMetadata)
        {
            WriteMap(json, "partitionValues", remove.PartitionValues);
            WriteOptional(json, "size", remove.Size);
        }
        WriteDeletionVector(json, remove.DeletionVector);
        WriteOptional(json, "baseRowId", remove.BaseRowId);
        WriteOptional(json, "defaultRowCommitVersion", remove.DefaultRowCommitVersion);
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, Metadata metadata)
    {
        json.WriteStartObject("metaData");
        json.WriteString("id", metadata.Id);
        if (metadata.Name is not null)
            json.WriteString("name", metadata.Name);
        if (metadata.Description is not null)
            json.WriteString("description", metadata.Description);
        json.WriteStartObject("format");
        json.WriteString("provider", metadata.Provider);
        WriteMap(json, "options", metadata.Options);
        json.WriteEndObject();
        json.WriteString("schemaString", metadata.SchemaString);
        WriteList(json, "partitionColumns", metadata.PartitionColumns);
        WriteMap(json, "configuration", metadata.Configuration);
        WriteOptional(json, "createdTime", metadata.CreatedTime);
        json.WriteEndObject();
    }

    private static void WriteCommitInfo(Utf8JsonWriter json, CommitInfo info)
    {
        json.WriteStartObject("commitInfo");
        WriteOptional(json, "inCommitTimestamp", info.InCommitTimestamp);
        WriteOptional(json, "timestamp", info.Timestamp);
        json.WriteString("operation", info.Operation);
        WriteMap(json, "operationParameters", info.Parameters);
        WriteMap(json, "operationMetrics", info.Metrics);
        WriteOptional(json, "readVersion", info.ReadVersion);
        json.WriteString("isolationLevel", "WriteSerializable");
        json.WriteBoolean("isBlindAppend", info.IsBlindAppend ?? false);
        json.WriteString("engineInfo", info.EngineInfo);
        json.WriteString("txnId", info.TxnId);
        json.WriteStartObject("plinth");
        if (info.PreviousSha256 is not null)
            json.WriteString("previous", info.PreviousSha256);
        if (info.Lineage is { } lineage)
        {
            WriteList(json, "inputs", lineage.Inputs);
            json.WriteString("runId", lineage.RunId);
            json.WriteString("codeVersion", lineage.CodeVersion);
            if (lineage.Principal is not null)
                json.WriteString("principal", lineage.Principal);
            if (lineage.Step is not null)
                json.WriteString("step", lineage.Step);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteDeletionVector(Utf8JsonWriter json, DeletionVector? vector)
    {
        if (vector is null)
            return;
        json.WriteStartObject("deletionVector");
        json.WriteString("storageType", vector.StorageType);
        json.WriteString("pathOrInlineDv", vector.PathOrInlineDv);
        WriteOptional(json, "offset", vector.Offset);
        json.WriteNumber("sizeInBytes", vector.SizeInBytes);
        json.WriteNumber("cardinality", vector.Cardinality);
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
    }

    private static void WriteMap<T>(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, T>> map)
        where T : class?
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in map)
            json.WriteString(key, value as string);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string>? values)
    {
        if (values is null)
            return;
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
