using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Photos;

/// <summary>Gathers the photographs of a run by folder, and gives each folder's mission when the run goes on to the next.</summary>
/// <remarks>A folder that holds what it held at an earlier run gives nothing. One to which photographs came is a new mission, with all of them.</remarks>
internal sealed class MissionLog(CityCatalog catalog)
{
    private static readonly TableName Photo = new("imagery", "photo"), Table = new("imagery", "mission");

    private readonly Dictionary<string, MissionPhoto> _read = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unread = new(StringComparer.Ordinal);
    private string? _folder;
    private SourceContract? _contract;

    /// <summary>Whether a file lies in another folder than those gathered.</summary>
    public bool IsElsewhere(string path) => _folder is not null && _folder != FolderOf(path);

    /// <summary>A photograph that is in the tables already.</summary>
    public void Known(string path, string sha256, SourceContract contract)
    {
        if (contract.Dataset != Photo)
            return;
        (_folder, _contract) = (FolderOf(path), contract);
        if (!_read.ContainsKey(sha256))
            _unread.Add(sha256);
    }

    /// <summary>A photograph whose row goes into the tables now.</summary>
    public void Add(string path, FilePart part)
    {
        if (!part.Tables.TryGetValue(Photo, out var rows))
            return;
        (_folder, _contract) = (FolderOf(path), part.Contract);
        foreach (var row in rows)
        {
            var photo = Of(row);
            _read[photo.Sha256] = photo;
            _unread.Remove(photo.Sha256);
        }
    }

    /// <summary>Forgets a photograph that was not kept.</summary>
    public void Remove(string sha256)
    {
        _read.Remove(sha256);
        _unread.Remove(sha256);
    }

    /// <summary>The mission of the folder gathered, as a part to commit; null where there is none, or it is there already. Afterwards it gathers anew.</summary>
    public async Task<(FilePart Part, FlightMission Mission)?> EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_folder is null || _contract is null || _read.Count + _unread.Count < 2)
                return null;
            var name = Path.GetFileName(_folder.TrimEnd('/', '!')) is { Length: > 0 } last ? last : _folder;
            var hash = Mission.Hash(name, _read.Keys.Concat(_unread));
            var snapshot = catalog.Lake.Exists(Table) ? await catalog.Lake.ReadAsync(Table, cancellationToken: cancellationToken) : null;
            if (snapshot?.Transactions.ContainsKey(FilePart.Marker(hash, _contract.Name)) == true)
                return null;
            if (_unread.Count > 0)
                await ReadAsync(cancellationToken);
            return Row(_folder, name, hash, _contract, _read.Values);
        }
        finally
        {
            _read.Clear();
            _unread.Clear();
            (_folder, _contract) = (null, null);
        }
    }

    /// <summary>The mission of a folder whose photographs have got other poses; null where the folder is none.</summary>
    /// <param name="folder">As <see cref="FlightFolder"/> names it.</param>
    public async Task<(FilePart Part, FlightMission Mission)?> CountAgainAsync(string folder, SourceContract contract, CancellationToken cancellationToken)
    {
        var name = folder[(folder.LastIndexOf('/') + 1)..];
        if (!catalog.Lake.Exists(Table))
            return null;
        var (missions, snapshot) = (await catalog.Lake.ReadAsync(Table, cancellationToken: cancellationToken), await catalog.Lake.ReadAsync(Photo, cancellationToken: cancellationToken));
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        if (!connection.Rows(PoseSql.MissionNames(missions.ToSql()), cancellationToken: cancellationToken).Any(r => (string)r[0]! == name))
            return null;
        var photos = connection.Rows(PoseSql.InFolder(snapshot.ToSql(), catalog.Datasets[Photo].Columns.Select(c => c.Name)), [folder], cancellationToken).Select(Of).ToList();
        var hash = Mission.Hash(name, photos.Select(p => $"{p.Sha256} {p.At?.X:R} {p.At?.Y:R} {p.SampleDistance:R}"));
        return photos.Count < 2 ? null : Row(folder, name, hash, contract, photos);
    }

    private (FilePart, FlightMission) Row(string folder, string name, string hash, SourceContract contract, IEnumerable<MissionPhoto> photos)
    {
        var part = new FilePart(folder, hash, contract, 1) { Last = true };
        var row = Mission.Row(name, hash, [.. photos.OrderBy(p => p.Sha256, StringComparer.Ordinal)], catalog.Lake.Time.GetUtcNow().UtcDateTime);
        part.Add(Table, row);
        object? Value(string column) => row[DatasetColumns.IndexOf(catalog.Datasets[Table], column)];
        return (part, new(name, (int)Value("photos")!, Value("covered_m2") as double?, Value("mean_views") as double?, Value("forward_overlap") as double?, Value("side_overlap") as double?));
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var snapshot = await catalog.Lake.ReadAsync(Photo, cancellationToken: cancellationToken);
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        foreach (var row in connection.Rows(IngestSql.RowsOf(snapshot.ToSql(), catalog.Datasets[Photo].Columns.Select(c => c.Name), "sha256", _unread), cancellationToken: cancellationToken))
            if (Of(row) is var photo)
                _read[photo.Sha256] = photo;
    }

    private MissionPhoto Of(object?[] row)
    {
        var dataset = catalog.Datasets[Photo];
        object? Value(string column) => row[DatasetColumns.IndexOf(dataset, column)];
        return new((string)Value("sha256")!, Value("taken_at") is DateTime at ? at : null, (string)Value("file_name")!,
            Value("longitude") is double x && Value("latitude") is double y ? new(x, y) : null, Value("view_bucket") as string, Value("camera_model") as string,
            Value("ground_sample_m") as double?, Value("relative_altitude_m") as double?, Value("footprint") is byte[] wkb ? Wkb.Ring(wkb) : null);
    }

    private static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
}
