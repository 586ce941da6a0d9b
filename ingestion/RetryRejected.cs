using System.Security.Cryptography;
using System.Text;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion;

/// <summary>Reads rejected rows again out of the kept originals, by the layouts as they are now: what has become a row is stored and leaves the table of rejections.</summary>
/// <remarks>Safe to repeat and to run again after a kill: the rows are committed under a name made of their lines, then their rejections are deleted.</remarks>
internal sealed class RetryRejected(CityCatalog catalog, IngestOptions options)
{
    /// <param name="schema">The family's schema.</param>
    public async Task<IngestReport> RunAsync(string schema, CancellationToken cancellationToken)
    {
        var rejections = new TableName(schema, "rejected");
        var (files, versions) = (new List<IngestedFile>(), new SortedDictionary<string, long>(StringComparer.Ordinal));
        if (catalog.Lake.Exists(rejections))
            foreach (var (sha256, contract, file, lines) in await GroupsAsync(rejections, cancellationToken))
                files.Add(await RetryAsync(rejections, sha256, contract, file, lines, cancellationToken));
        foreach (var table in files.Where(f => f.Dataset is not null).Select(f => TableName.Parse(f.Dataset!)).Append(rejections).Where(catalog.Lake.Exists).Distinct())
            versions[table.ToString()] = (await catalog.Lake.ReadAsync(table, cancellationToken: cancellationToken)).Version;
        return new(files, files.Sum(f => f.Rows), files.Sum(f => f.Rejected), versions) { Duplicates = files.Sum(f => f.Duplicates) };
    }

    private async Task<List<(string Sha256, string Contract, string File, HashSet<long> Lines)>> GroupsAsync(TableName rejections, CancellationToken cancellationToken)
    {
        var snapshot = await catalog.Lake.ReadAsync(rejections, cancellationToken: cancellationToken);
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        return [.. connection.Rows($"SELECT sha256, contract, min(file), list(line) FROM ({snapshot.ToSql()}) WHERE line IS NOT NULL GROUP BY ALL ORDER BY ALL", null, cancellationToken)
            .Select(r => ((string)r[0]!, (string)r[1]!, (string)r[2]!, ((System.Collections.IEnumerable)r[3]!).Cast<object>().Select(v => Convert.ToInt64(v, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet()))];
    }

    private async Task<IngestedFile> RetryAsync(TableName rejections, string sha256, string layout, string file, HashSet<long> lines, CancellationToken cancellationToken)
    {
        IngestedFile Refused(string why) => new(file, sha256, FileStatus.Refused, why, null, 0, lines.Count) { Contract = layout };
        if (!catalog.Sources.ContainsKey(layout))
            return Refused($"there is no layout '{layout}' any more; put it back under <lake>/contracts");
        if (!catalog.Lake.Raw.Contains(sha256))
            return Refused("its original is not in the raw zone; take the file in again");
        var contract = catalog.Sources[layout];
        var folder = Directory.CreateTempSubdirectory("plinth-retry-");
        try
        {
            var path = Path.Combine(folder.FullName, Path.GetFileName(file)); // layouts look at a file's name
            File.CreateSymbolicLink(path, catalog.Lake.Raw.PathOf(sha256));
            var input = new FileInput(path, sha256, contract, options.Coordinates) { Surroundings = new(catalog, options.PseudonymKey) };
            var (part, stored, duplicates) = Read(input, lines);
            if (stored.Count > 0)
                await CommitAsync(part, sha256, layout, stored, cancellationToken);
            if (stored.Count + duplicates.Count > 0)
                (await catalog.Lake.Writer(rejections).DeleteAsync($"sha256 = {SqlText.Literal(sha256)} AND contract = {SqlText.Literal(layout)} AND line IN ({string.Join(", ", stored.Concat(duplicates).Order())})", cancellationToken: cancellationToken)).RequireVersion(rejections);
            return new(file, sha256, stored.Count > 0 ? FileStatus.Ingested : FileStatus.Unchanged, null, contract.Dataset.ToString(), part.Rows, lines.Count - stored.Count - duplicates.Count) { Contract = layout, Duplicates = duplicates.Count };
        }
        catch (SourceFormatException e)
        {
            return Refused($"{e.Reason}; expected {e.Expected}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What the lines give now. Rows of other lines are left out: they are in the lake.</summary>
    private (FilePart Part, HashSet<long> Stored, HashSet<long> Duplicates) Read(FileInput input, HashSet<long> lines)
    {
        var reader = FileReaders.Of(catalog).Find(input.Contract.Dataset == default ? "" : input.Contract.Format)
            ?? throw new SourceFormatException(Path.GetFileName(input.Path), $"nothing reads the format '{input.Contract.Format}'", "another layout");
        var pseudonyms = new Pseudonyms(catalog.Datasets, options.PseudonymKey);
        var part = new FilePart(input.Path, input.Sha256, input.Contract, 1) { Last = true };
        var (stored, still, beside) = (new HashSet<long>(), new HashSet<long>(), new List<ReadItem>());
        foreach (var item in reader is ILayoutReader stream ? stream.Stream(input) : ReadItems(reader.Read(input)))
        {
            if (item.Rejected is { Line: { } bad })
                still.Add(bad);
            if (item.Row is not { } row)
                continue;
            if (item.Table != input.Contract.Dataset)
            {
                pseudonyms.Apply(item.Table, row);
                part.Add(item.Table, row);
            }
            else if (Tabular.DatasetColumns.IndexOf(catalog.Datasets[item.Table], "source_row") is var at and >= 0 && row[at] is string from
                && long.TryParse(from[(from.LastIndexOf('#') + 1)..], out var line) && lines.Contains(line))
            {
                pseudonyms.Apply(item.Table, row);
                part.Add(item.Table, row);
                stored.Add(line);
            }
        }
        stored.ExceptWith(still); // a line of several values of which one is still bad keeps its rejection
        return (part, stored, [.. lines.Where(l => !stored.Contains(l) && !still.Contains(l))]);
    }

    private static IEnumerable<ReadItem> ReadItems(ReadResult result) => Tabular.ReadItems.Stream(result);

    private async Task CommitAsync(FilePart part, string sha256, string layout, HashSet<long> lines, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(',', lines.Order()))))[..16];
        foreach (var (table, rows) in part.Tables.OrderBy(t => t.Key == part.Contract.Dataset))
        {
            var dataset = catalog.Datasets[table];
            var fresh = table == part.Contract.Dataset ? rows : await NewAsync(dataset, rows, cancellationToken);
            if (fresh.Count == 0)
                continue;
            (await catalog.Lake.CommitAsync(new()
            {
                Table = table, Schema = dataset.ToSchema(), Rows = new RowSource.Values(fresh), Transaction = new($"retry:{sha256}:{layout}:{name}", 1),
                Lineage = new([$"raw:sha256:{sha256}"], options.RunId, options.CodeVersion, Step: "retry-rejected"),
            }, cancellationToken)).RequireVersion(table);
            options.AfterStep?.Invoke($"commit {table}");
        }
    }

    /// <summary>Rows of tables beside whose key is not there yet.</summary>
    private async Task<List<object?[]>> NewAsync(DatasetContract dataset, List<object?[]> rows, CancellationToken cancellationToken)
    {
        if (dataset.PrimaryKey.Length != 1 || !catalog.Lake.Exists(dataset.Table))
            return rows;
        var (column, key) = (dataset.PrimaryKey[0], Tabular.DatasetColumns.IndexOf(dataset, dataset.PrimaryKey[0]));
        var snapshot = await catalog.Lake.ReadAsync(dataset.Table, cancellationToken: cancellationToken);
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        var known = connection.Rows(IngestSql.Keys(column, snapshot.ToSql()), null, cancellationToken).Select(r => (string)r[0]!).ToHashSet(StringComparer.Ordinal);
        return rows.FindAll(row => known.Add((string)row[key]!));
    }
}
