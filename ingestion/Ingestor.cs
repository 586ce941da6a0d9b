using Plinth.Catalog;
using Plinth.Ingestion.Bulk;
using Plinth.Ingestion.Imagery;
using Plinth.Ingestion.Photos;
using Plinth.Ingestion.Rules;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Raw;

namespace Plinth.Ingestion;

/// <summary>Takes source files into a lake: originals into the raw zone, their rows into the tables of their layouts, bad rows into <c>&lt;schema&gt;.rejected</c>.</summary>
/// <remarks>
/// Safe to repeat, and to run again after it was killed at any moment: a file that is taken in already (by its content and layout) changes nothing, and one
/// that is half in is finished. Safe in several processes at once.
/// </remarks>
public sealed class Ingestor
{
    private static readonly string[] Families = ["photos", "models", "imagery", "hotline", "sensors", "base"];

    private readonly CityCatalog _catalog;
    private readonly IngestOptions _options;
    private readonly FileReaders _readers;
    private readonly LayoutChoice _layouts;

    /// <summary>An ingestor into the catalog's lake.</summary>
    public Ingestor(CityCatalog catalog, IngestOptions options)
    {
        (_catalog, _options) = (catalog, options);
        _readers = FileReaders.Of(catalog);
        _layouts = new(catalog, _readers);
    }

    /// <summary>Takes files in, and all files of folders. A file that is refused does not stop the others: see its entry in the report.</summary>
    /// <param name="family">photos, models, imagery, hotline, sensors or base.</param>
    /// <param name="contract">A layout's name or YAML file for all files; null to recognise each file's by itself.</param>
    /// <exception cref="SourceFormatException">There is no such family, or no path is given.</exception>
    /// <exception cref="ContractException">There is no such layout, or a contract has faults.</exception>
    /// <exception cref="CommitFailedException">The lake did not take a commit; what was committed before it stays, and a rerun goes on from there.</exception>
    public async Task<IngestReport> IngestAsync(string family, IReadOnlyList<string> paths, string? contract = null, IProgress<IngestProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (!Families.Contains(family))
            throw new SourceFormatException(family, "is no family of sources", $"one of {string.Join(", ", Families)}");
        if (paths.Count == 0)
            throw new SourceFormatException(family, "no path is given", "a file or a folder");
        if (contract is not null)
            _ = _catalog.Source(contract);
        using var run = new Run(this, family, contract, progress) { HasMissions = family == "photos" && paths.Any(Directory.Exists) };
        var files = SourceFiles.Find(paths, tiles: family == "imagery");
        run.Begin(files);
        for (var i = 0; i < files.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new(files[i].Path, i, files.Count, run.ItemsRead));
            if (files[i].Status != FileStatus.Ingested)
                run.Files.Add(new(files[i].Path, "", files[i].Status, files[i].Reason, null, 0, 0));
            else
                await run.TakeAsync(i, cancellationToken);
        }
        return await run.EndAsync(cancellationToken);
    }

    /// <summary>Reads a family's rejected rows again, by the layouts as they are now: what has become a row is stored and leaves <c>&lt;schema&gt;.rejected</c>. Safe to repeat.</summary>
    /// <returns>One entry a file and layout: rows stored, rows still rejected, rows that are duplicates.</returns>
    /// <exception cref="SourceFormatException">There is no such family.</exception>
    public Task<IngestReport> RetryRejectedAsync(string family, CancellationToken cancellationToken = default) =>
        Schemas.TryGetValue(family, out var schema) ? new RetryRejected(_catalog, _options).RunAsync(schema, cancellationToken)
        : throw new SourceFormatException(family, "is no family of sources", $"one of {string.Join(", ", Families)}");

    private static readonly Dictionary<string, string> Schemas = new(StringComparer.Ordinal)
    {
        ["photos"] = "imagery", ["imagery"] = "imagery", ["models"] = "model", ["hotline"] = "hotline", ["sensors"] = "sensor", ["base"] = "base",
    };

    /// <summary>One call.</summary>
    private sealed class Run(Ingestor owner, string family, string? layout, IProgress<IngestProgress>? progress) : IDisposable
    {
        private const int KeptAtOnce = 16;

        private readonly SeenFiles _seen = new(owner._catalog.Lake.Root, family, layout, owner._catalog.Lake.Time);
        private readonly Lake _lake = owner._catalog.Lake;
        private readonly RowsLock _rows = new(owner._catalog.Lake.Root, owner._catalog.Lake.Time);
        private readonly IngestBatch _batch = new(owner._catalog, owner._options);
        private readonly Surroundings _surroundings = new(owner._catalog, owner._options.PseudonymKey);
        private readonly Pseudonyms _pseudonyms = new(owner._catalog.Datasets, owner._options.PseudonymKey);
        private readonly Dictionary<TableName, Snapshot?> _snapshots = [];
        private readonly MissionLog _missions = new(owner._catalog);
        private readonly List<FlightMission> _flown = [];
        private readonly Queue<(Task<RawObject> Kept, FileInput Input, FilePart Part, int File)> _keeping = new();
        private IReadOnlyList<SourceFile> _files = [];
        private ReadAhead _ahead = null!;
        private bool _isWriting; // what fails then is the lake, not the file

        public List<IngestedFile> Files { get; } = [];

        /// <summary>Folders of photographs are flights.</summary>
        public bool HasMissions { get; init; }

        public long ItemsRead { get; private set; }

        /// <summary>Says what there is to take.</summary>
        public void Begin(IReadOnlyList<SourceFile> files) => (_files, _ahead) = (files, new(files, Stamp, path => owner._layouts.For(family, path, layout), Input));

        /// <summary>Takes one file, or each file of an archive.</summary>
        public async Task TakeAsync(int done, CancellationToken cancellationToken)
        {
            var (path, total) = (_files[done].Path, _files.Count);
            try
            {
                var ready = _ahead.At(done);
                if (ready.Stamp == default && Directory.Exists(path))
                {
                    await TakeTilesAsync(path, done, total, cancellationToken);
                    return;
                }
                if (Archive.At(path, owner._options.Archives) is not { } archive)
                {
                    Files.Add(await TakeOneAsync(path, null, ready, done, total, cancellationToken));
                    return;
                }
                foreach (var file in archive.Files())
                    Files.Add(file.Reason is null
                        ? await TakeOneAsync(file.Path, file.Name, _ahead.Of(file.Path), done, total, cancellationToken)
                        : new(file.Name, "", file.Ignored ? FileStatus.Ignored : FileStatus.Refused, file.Reason, null, 0, 0));
            }
            catch (SourceFormatException e)
            {
                Files.Add(new(path, "", FileStatus.Refused, $"{e.Reason}; expected {e.Expected}", null, 0, 0));
            }
            catch (Exception e) when (!_isWriting && e is (IOException or UnauthorizedAccessException))
            {
                Files.Add(new(path, "", FileStatus.Refused, $"cannot be read: {e.Message}", null, 0, 0));
            }
        }

        public void Dispose()
        {
            _rows.Dispose();
            _seen.Dispose();
        }

        /// <summary>Takes a folder of tiles: each tile is an original of its own, and so is the list of them.</summary>
        private async Task TakeTilesAsync(string root, int done, int total, CancellationToken cancellationToken)
        {
            var list = Path.Combine(Directory.CreateTempSubdirectory("plinth-tiles-").FullName, $"{Path.GetFileName(root)}.tiles");
            try
            {
                await TileFolder.WriteAsync(root, list, async file =>
                {
                    if (!owner._options.InPlace)
                        return (await _lake.Raw.PutAsync(file, cancellationToken)).Sha256;
                    var sha256 = await RawZone.HashAsync(file, cancellationToken);
                    await _lake.Raw.RegisterAsync(file, sha256, cancellationToken);
                    return sha256;
                });
                Files.Add(await TakeOneAsync(list, root, _ahead.Of(list), done, total, cancellationToken));
            }
            finally
            {
                Directory.Delete(Path.GetDirectoryName(list)!, recursive: true);
            }
        }

        /// <summary>Takes one file: its rows are committed now or wait in the batch.</summary>
        /// <param name="shown">What a report calls it, where it comes out of an archive.</param>
        private async Task<IngestedFile> TakeOneAsync(string path, string? shown, ReadyFile ready, int done, int total, CancellationToken cancellationToken)
        {
            var sha256 = "";
            if (_missions.IsElsewhere(shown ?? path))
                await EndMissionAsync(cancellationToken);
            try
            {
                if (ready.Seen is { } seen && owner._catalog.Sources.TryGetValue(seen.Layout, out var known) && await IsInAsync(known, sha256 = seen.Sha256, cancellationToken))
                    return Same(known);
                var content = await ready.ContentAsync();
                sha256 = content.Sha256;
                content.Fault?.Throw();
                var (contract, reader) = (content.Contract!, content.Reader!);
                if (shown is null)
                    _seen.Add(path, new(ready.Stamp, sha256, contract.Name));
                if (_batch.Holds(sha256, contract.Name) || await IsInAsync(contract, sha256, cancellationToken))
                    return Same(contract);
                await _rows.TakeAsync(contract, cancellationToken);
                var input = Input(path, sha256, contract) with { Shown = shown };
                var taken = await StoreAsync(input, reader, content.Read, (done, total), cancellationToken);
                return Entry(FileStatus.Ingested, null, contract, taken.Rows, taken.Rejected) with { Duplicates = taken.Duplicates, ByRule = taken.ByRule };
            }
            catch (SourceFormatException e)
            {
                return Entry(FileStatus.Refused, $"{e.Reason}; expected {e.Expected}", null, 0, 0);
            }
            catch (Exception e) when (!_isWriting && e is (IOException or UnauthorizedAccessException))
            {
                return Entry(FileStatus.Refused, $"cannot be read: {e.Message}", null, 0, 0);
            }

            IngestedFile Same(SourceContract contract)
            {
                if (HasMissions || shown is not null)
                    _missions.Known(shown ?? path, sha256, contract);
                return Entry(FileStatus.Unchanged, null, contract, 0, 0);
            }

            IngestedFile Entry(FileStatus status, string? reason, SourceContract? contract, long rows, long rejected) =>
                new(shown ?? path, sha256, status, reason, contract?.Dataset.ToString(), rows, rejected) { Contract = contract?.Name };
        }

        private (FileStamp, SeenFile?) Stamp(string path)
        {
            var stamp = FileStamp.Of(path);
            return (stamp, owner._options.Rehash || stamp == default ? null : _seen.Find(path, stamp));
        }

        private FileInput Input(string path, string sha256, SourceContract contract) => new(path, sha256, contract, owner._options.Coordinates) { Surroundings = _surroundings };

        /// <summary>Commits what waits and sums up.</summary>
        public async Task<IngestReport> EndAsync(CancellationToken cancellationToken)
        {
            await EndMissionAsync(cancellationToken);
            await CommitAsync(cancellationToken);
            if (family == "photos")
                await LinkAsync(cancellationToken);
            var tables = Files.Where(f => f.Dataset is not null).Select(f => TableName.Parse(f.Dataset!)).Concat(_batch.Changed).Distinct();
            var versions = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach (var table in tables)
                versions[table.ToString()] = (await _lake.ReadAsync(table, cancellationToken: cancellationToken)).Version;
            return new(Files, Files.Sum(f => f.Rows), Files.Sum(f => f.Rejected), versions) { Duplicates = Files.Sum(f => f.Duplicates), ByRule = Taken.Sum(Files.Select(f => f.ByRule)), Missions = _flown };
        }

        /// <summary>Photographs take what position files have for them; then the figures of their flights are others.</summary>
        private async Task LinkAsync(CancellationToken cancellationToken)
        {
            _isWriting = true;
            var folders = await new PoseLink(owner._catalog, owner._options).RunAsync(cancellationToken);
            if (folders.Count > 0)
                _batch.Changed.Add(new("imagery", "photo"));
            foreach (var folder in folders)
            {
                if (await _missions.CountAgainAsync(folder, owner._catalog.Source("photo"), cancellationToken) is not var (part, mission))
                    continue;
                _batch.Add(part);
                _flown.RemoveAll(m => m.Folder == mission.Folder);
                _flown.Add(mission);
            }
            await CommitAsync(cancellationToken);
        }

        private async Task EndMissionAsync(CancellationToken cancellationToken)
        {
            while (_keeping.Count > 0)
                await KeptAsync();
            if (await _missions.EndAsync(cancellationToken) is not var (part, mission))
                return;
            _batch.Add(part);
            _flown.Add(mission);
        }

        /// <summary>Reads a file part by part. Before the first part is read without a refusal, nothing is stored.</summary>
        /// <param name="read">What the file gave, where it was read ahead.</param>
        private async Task<Taken> StoreAsync(FileInput input, IFileReader reader, ReadResult? read, (int Done, int Total) at, CancellationToken cancellationToken)
        {
            using (var bulk = BulkLoader.For(input, owner._catalog.Datasets, _lake.OpenSql, owner._options.LargeFile, owner._options.Stretch))
                if (bulk is not null)
                    return await StoreLargeAsync(input, bulk, at, cancellationToken);
            var (taken, isStored) = (new Taken(), false);
            using var staged = StagedRows.For(input, reader, owner._catalog.Datasets, _lake.OpenSql, owner._options.LargeFile);
            if (staged is not null)
                await CommitAsync(cancellationToken); // each of its parts goes by itself
            foreach (var part in PartsAhead.Of(Parts(input, reader, read, staged), input.Path, owner._options.LargeFile))
            {
                if (!isStored && read is not null && part.Last && input.Shown is null)
                    await KeepLaterAsync(input, part, cancellationToken);
                else if (!isStored)
                    await KeepOriginalAsync(input, cancellationToken);
                isStored = true;
                _batch.Add(part);
                if (HasMissions || input.Shown is not null)
                    _missions.Add(input.Shown ?? input.Path, part);
                taken.Add(part);
                ItemsRead += part.Items + part.Duplicates;
                if (staged is null && !_batch.IsFull)
                    continue;
                progress?.Report(new(input.Path, at.Done, at.Total, ItemsRead));
                await CommitAsync(cancellationToken);
                staged?.Drop(part.Own);
            }
            return taken;
        }

        /// <summary>The same for a large log. Its parts are committed one by one; a rerun passes over those that are there.</summary>
        private async Task<Taken> StoreLargeAsync(FileInput input, BulkLoader bulk, (int Done, int Total) at, CancellationToken cancellationToken)
        {
            await CommitAsync(cancellationToken);
            var (taken, isStored) = (new Taken(), false);
            var (name, now) = (Path.GetFileName(input.Path), _lake.Time.GetUtcNow());
            var table = _lake.Exists(input.Contract.Dataset) ? await _lake.ReadAsync(input.Contract.Dataset, cancellationToken: cancellationToken) : null;
            var committed = (int)(table?.Transactions.GetValueOrDefault(FilePart.Progress(input.Sha256, input.Contract.Name)) ?? 0);
            foreach (var part in bulk.Parts(committed, bad => Rejections.Row(bad, name, input.Sha256, input.Contract.Name, owner._options.RunId, now)))
            {
                if (!isStored)
                    await KeepOriginalAsync(input, cancellationToken);
                isStored = true;
                _batch.Add(part);
                taken.Add(part);
                ItemsRead += part.Rows + part.Rejected + part.Duplicates;
                await CommitAsync(cancellationToken);
                progress?.Report(new(input.Path, at.Done, at.Total, ItemsRead) { OfFile = bulk.Done });
            }
            return taken;
        }

        private IEnumerable<FilePart> Parts(FileInput input, IFileReader reader, ReadResult? read, StagedRows? staged)
        {
            var name = Path.GetFileName(input.Path);
            var now = _lake.Time.GetUtcNow();
            var part = new FilePart(input.Path, input.Sha256, input.Contract, 1) { CountsEveryTable = reader.CountsEveryTable };
            var rules = input.Contract.Rules.IsDefaultOrEmpty || reader is IChecksRules ? null : LoadRules.For(input, owner._catalog.Datasets[input.Contract.Dataset]);
            foreach (var item in read is not null ? ReadItems.Stream(read) : reader is ILayoutReader stream ? stream.Stream(input) : ReadItems.Stream(reader.Read(input)))
            {
                if (part.Items >= owner._options.RowsPerPart || part.Bytes >= owner._options.BytesPerPart)
                {
                    part.Own = staged?.Take();
                    yield return part;
                    part = new(input.Path, input.Sha256, input.Contract, part.Number + 1) { CountsEveryTable = reader.CountsEveryTable };
                }
                if (item.Row is { } checkedRow && item.Table == input.Contract.Dataset && rules?.Check(checkedRow) is var (problem, rule))
                {
                    var bad = new RejectedRow(null, null, null, $"{name} {problem}") { Rule = rule };
                    part.Reject(bad, Rejections.Row(bad, name, input.Sha256, input.Contract.Name, owner._options.RunId, now));
                }
                else if (item.Row is { } row)
                {
                    _pseudonyms.Apply(item.Table, row);
                    if (staged is null || item.Table != staged.Table)
                    {
                        part.Add(item.Table, row);
                        continue;
                    }
                    staged.Add(row);
                    part.CountOwn();
                }
                else if (item.Rejected is null)
                {
                    part.Duplicates++;
                }
                else
                {
                    part.Reject(item.Rejected, Rejections.Row(item.Rejected, name, input.Sha256, input.Contract.Name, owner._options.RunId, now));
                }
            }
            part.Last = true;
            part.Own = staged?.Take();
            yield return part;
        }

        private async Task KeepOriginalAsync(FileInput input, CancellationToken cancellationToken)
        {
            _isWriting = true;
            var kept = await PutAsync(input, cancellationToken);
            _isWriting = false;
            if (kept.Sha256 != input.Sha256)
                throw Changed(input);
            owner._options.AfterStep?.Invoke($"raw {input.Sha256}");
        }

        /// <summary>Keeps the original of a small file while others are read: each waits for the disk, and they can wait together. It is there before its rows are committed. Not for a file out of an archive, which goes when its turn is over.</summary>
        private async Task KeepLaterAsync(FileInput input, FilePart part, CancellationToken cancellationToken)
        {
            while (_keeping.Count >= KeptAtOnce)
                await KeptAsync();
            _keeping.Enqueue((Task.Run(async () => await PutAsync(input, cancellationToken), cancellationToken), input, part, Files.Count));
        }

        private async Task KeptAsync()
        {
            var (task, input, part, file) = _keeping.Peek();
            _isWriting = true;
            var kept = await task;
            _isWriting = false;
            _keeping.Dequeue();
            if (kept.Sha256 == input.Sha256)
            {
                owner._options.AfterStep?.Invoke($"raw {input.Sha256}");
                return;
            }
            var changed = Changed(input);
            _batch.Remove(part);
            _missions.Remove(input.Sha256);
            Files[file] = new(input.Shown ?? input.Path, input.Sha256, FileStatus.Refused, $"{changed.Reason}; expected {changed.Expected}", null, 0, 0);
        }

        private async Task<RawObject> PutAsync(FileInput input, CancellationToken cancellationToken) => owner._options.InPlace && input.Shown is null
            ? await _lake.Raw.RegisterAsync(input.Path, input.Sha256, cancellationToken)
            : await _lake.Raw.PutAsync(input.Path, cancellationToken);

        private static SourceFormatException Changed(FileInput input) => new(Path.GetFileName(input.Path), "changed while it was read", "a file that nobody writes to; run again");

        private async Task<bool> IsInAsync(SourceContract contract, string sha256, CancellationToken cancellationToken)
        {
            if (!_snapshots.TryGetValue(contract.Dataset, out var snapshot))
                _snapshots[contract.Dataset] = snapshot = _lake.Exists(contract.Dataset) ? await _lake.ReadAsync(contract.Dataset, cancellationToken: cancellationToken) : null;
            return snapshot is not null && snapshot.Transactions.ContainsKey(FilePart.Marker(sha256, contract.Name));
        }

        private async Task CommitAsync(CancellationToken cancellationToken)
        {
            while (_keeping.Count > 0)
                await KeptAsync();
            _isWriting = true;
            if (owner._options.InPlace)
                await _lake.Raw.FlushAsync();
            await _batch.CommitAsync(cancellationToken);
            _isWriting = false;
            _seen.Flush();
            _snapshots.Clear();
        }
    }
}
