using System.Text.Json;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Models;

/// <summary>Reads the tileset.json of 3D Tiles 1.0 and 1.1: one row of <c>model.asset</c>, and one of <c>model.tile</c> for each content and each tile without.</summary>
/// <remarks>
/// Contents, subtrees and further tilesets are looked for beside it; what is not there is a row all the same, and counted in <c>notes</c>. Coordinates are earth-centred (EPSG:4978)
/// as the specification has it, unless the contract declares another CRS; a scene that is nowhere on earth gets no extent. Heights are above the ellipsoid.
/// </remarks>
internal sealed class TilesetReader : IFileReader
{
    private const int MaximumBytes = 512 << 20;
    private const int NamesInNote = 5;

    public string Name => "3dtiles";

    public string Expected => "the tileset.json of 3D Tiles 1.0 or 1.1";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) =>
        CityJsonText.TrimStart(head).StartsWith("{"u8) && fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
        && (head.IndexOf("\"geometricError\""u8) >= 0 || head.IndexOf("\"asset\""u8) >= 0) && head.IndexOf("\"CityJSON\""u8) < 0 && head.IndexOf("\"CityObjects\""u8) < 0;

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input, Path.GetDirectoryName(Path.GetFullPath(input.Path)));
    }

    internal static ReadResult Read(ByteView bytes, FileInput input, string? folder)
    {
        try
        {
            var json = bytes.Read(0, bytes.Length, MaximumBytes).AsMemory();
            using var document = JsonDocument.Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json, new() { MaxDepth = 1000 });
            var root = document.RootElement;
            var version = root.Member("asset").Text("version");
            if (version is not ("0.0" or "1.0" or "1.1"))
                throw bytes.Refuse(version is null ? "it is JSON without asset.version" : $"it is of version '{Extent.Shorten(version)}'");
            if (!root.TryMember("root", out _))
                throw bytes.Refuse("it has no root tile");
            return new Tileset(input, folder).Read(root, version);
        }
        catch (JsonException wrong)
        {
            throw bytes.Refuse($"it is no JSON: {wrong.Message}");
        }
        catch (Exception wrong) when (wrong is InvalidDataException or InvalidOperationException)
        {
            throw bytes.Refuse(wrong.Message);
        }
    }

    /// <summary>One tileset while it is read.</summary>
    private sealed class Tileset(FileInput input, string? folder)
    {
        private readonly string _crs = CrsName.Of(null, input.Contract.Crs) ?? Geocentric.Crs;
        private readonly Dictionary<string, ModelContent?> _read = new(StringComparer.Ordinal);
        private readonly List<string> _notes = [];
        private readonly List<string> _missing = [];
        private int _broken, _outside, _contents, _deepest;

        public ReadResult Read(JsonElement root, string version)
        {
            var asset = new ModelAsset(input, _crs) { Format = "3dtiles", Version = version, Objects = null };
            var walk = new TilesetWalk(folder, input.Path);
            var rows = new List<object?[]>();
            var extent = new Bounds();
            foreach (var tile in walk.Tiles(root, folder))
            {
                var bounds = tile.Volume?.Geographic(Place);
                if (tile.Volume is not null && bounds is null)
                    _outside++;
                if (bounds is not null)
                    extent.Include(bounds);
                _deepest = Math.Max(_deepest, tile.Level);
                rows.Add(Row(asset, tile, bounds, walk));
            }
            if (_missing.Count > 0)
                _notes.Add($"of the {_contents} contents it names, {_missing.Count} are not there: {string.Join(", ", _missing.Take(NamesInNote).Select(Extent.Shorten))}{(_missing.Count > NamesInNote ? " …" : "")}");
            if (walk.MissingSubtrees > 0)
                _notes.Add($"{walk.MissingSubtrees} subtrees are not there");
            if (_broken > 0)
                _notes.Add($"{_broken} contents cannot be read");
            if (extent.IsEmpty)
                _notes.Add($"its coordinates are no place on earth in {Extent.Shorten(_crs)}; declare another CRS in the contract, if it has one");
            else if (_outside > 0)
                _notes.Add($"{_outside} tiles have no place on earth");
            _notes.AddRange(walk.Notes.Take(NamesInNote));
            asset.Lod = _deepest == 0 ? "0" : $"0-{_deepest}";
            asset.Bounds = extent.IsEmpty ? null : extent;
            return new([asset.ToTable(_notes), new(new("model", "tile"), rows)], []);
        }

        private object?[] Row(ModelAsset asset, TileEntry tile, Bounds? bounds, TilesetWalk walk)
        {
            ModelContent? content = null;
            string? path = null, note = null;
            if (tile.Uri is { } uri)
            {
                _contents++;
                path = walk.Find(tile.Folder, uri);
                if (path is null)
                    _missing.Add(uri);
                else if (!_read.TryGetValue(path, out content))
                    content = _read[path] = Count(asset, path, ref note);
            }
            Position[]? ring = bounds is null ? null : Extent.Box(bounds.Low.X, bounds.Low.Y, bounds.High.X, bounds.High.Y);
            return
            [
                $"{asset.Id.Replace(":asset:", ":tile:", StringComparison.Ordinal)}:{tile.Id}", asset.Id, tile.Parent is null ? null : $"{asset.Id.Replace(":asset:", ":tile:", StringComparison.Ordinal)}:{tile.Parent}",
                (long)tile.Level, tile.Refine, tile.Error, tile.Uri, content?.Format, tile.Uri is null ? null : path is not null, path is null ? null : new FileInfo(path).Length,
                content?.Triangles, content?.Points, content?.TextureBytes, content?.Objects, bounds?.Low.Z, bounds?.High.Z, tile.Metadata,
                ring is null ? null : Wkb.Polygon([ring]), ring is null ? null : Wkb.Bbox(ring), note, $"sha256:{input.Sha256}#{tile.Id}",
            ];
        }

        private ModelContent? Count(ModelAsset asset, string path, ref string? note)
        {
            try
            {
                using var view = ByteView.Open(path, "a tile's content");
                var content = ModelFile.Read(view, Path.GetDirectoryName(path), path);
                if (content is null)
                    return null;
                asset.Triangles += content.Triangles;
                asset.Points = asset.Points is null && content.Points == 0 ? null : (asset.Points ?? 0) + content.Points;
                asset.TextureBytes = (asset.TextureBytes ?? 0) + content.TextureBytes;
                if (content.Objects is { } objects)
                    asset.Objects = (asset.Objects ?? 0) + objects;
                return content;
            }
            catch (Exception broken) when (broken is InvalidDataException or SourceFormatException or IOException)
            {
                _broken++;
                note = $"cannot be read: {broken.Message}";
                return null;
            }
        }

        private Corner? Place(Corner p) => _crs == Geocentric.Crs ? Geocentric.ToGeographic(p)
            : Extent.ToCrs84(input.Coordinates, _crs, p.X, p.Y, out var position) ? new(position.X, position.Y, p.Z) : null;
    }
}
