using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>New metaData and, where it needs features that the table lacks, a new protocol.</summary>
internal static class MetadataChange
{
    private static readonly string[][] Implied = [[], [], [Features.AppendOnly, "invariants"], [Features.CheckConstraints], [Features.ChangeDataFeed, "generatedColumns"], [Features.ColumnMapping], ["identityColumns"]];

    public static Change Of(TableState state, Metadata metadata, IReadOnlyList<string> features, PartitionFilter? reads = null)
    {
        var actions = ImmutableArray.CreateBuilder<LogAction>();
        var protocol = With(state.Protocol!, features);
        if (protocol != state.Protocol)
            actions.Add(protocol);
        actions.Add(metadata);
        return new() { Actions = actions.ToImmutable(), Reads = reads };
    }

    /// <summary>The protocol with more features. What older versions implied is listed; nothing is ever taken away.</summary>
    public static Protocol With(Protocol protocol, IReadOnlyList<string> features)
    {
        var writer = protocol.WriterFeatures ?? [.. Implied.Take(protocol.MinWriterVersion + 1).SelectMany(f => f)];
        var missing = features.Where(feature => !(protocol.MinWriterVersion == 7 ? protocol.WriterFeatures! : writer).Contains(feature)).ToList();
        if (missing.Count == 0)
            return protocol;
        var reader = protocol.ReaderFeatures ?? (protocol.MinReaderVersion == 2 ? [Features.ColumnMapping] : ImmutableSortedSet<string>.Empty);
        var reading = reader.Union(missing.Where(Features.ConcernsReaders));
        // Sorted without regard to culture, as the rest of the log.
        var all = writer.Union(missing).Union(reading).WithComparer(StringComparer.Ordinal);
        return reading.IsEmpty || (protocol.MinReaderVersion < 3 && reading.SetEquals(reader)) ? new(protocol.MinReaderVersion, 7, null, all) : new(3, 7, reading.WithComparer(StringComparer.Ordinal), all);
    }

    /// <summary>The field at a path of column and struct fields, inside a schema; its array too.</summary>
    /// <exception cref="WriteRefusedException">No such field.</exception>
    public static (JsonArray Fields, JsonObject Field) Find(string table, JsonObject schema, string path)
    {
        var (fields, parts) = (schema["fields"]!.AsArray(), path.Split('.'));
        for (var i = 0; ; i++)
        {
            var field = fields.FirstOrDefault(f => string.Equals((string?)f!["name"], parts[i], StringComparison.OrdinalIgnoreCase))?.AsObject()
                ?? throw new WriteRefusedException(table, $"it has no column {path}; at {parts[i]} there are {string.Join(", ", fields.Select(f => (string?)f!["name"]))}.");
            if (i == parts.Length - 1)
                return (fields, field);
            fields = field["type"] is JsonObject inner && (string?)inner["type"] == "struct" ? inner["fields"]!.AsArray()
                : throw new WriteRefusedException(table, $"{parts[i]} of {path} has no fields.");
        }
    }

    /// <summary>Refuses what a constraint looks at.</summary>
    public static void CheckUnused(TableState state, string column)
    {
        foreach (var (key, text) in state.Metadata!.Configuration.Where(entry => entry.Key.StartsWith(RowChecks.Prefix, StringComparison.Ordinal)))
            if (SqlExpression.Parse(text, state.Schema, state.Schema, strict: true).Columns.Contains(column.Split('.')[0], StringComparer.OrdinalIgnoreCase))
                throw new WriteRefusedException(state.Table, $"the constraint {key[RowChecks.Prefix.Length..]} ({text}) looks at {column}; drop the constraint first.");
    }

    /// <summary>The metaData with column mapping, which a table gets when a column is renamed or dropped for the first time.</summary>
    public static Metadata Mapped(TableState state) => state.Mapping == ColumnMapping.None ? MappedColumns.Enable(state.Metadata!) : state.Metadata!;
}
