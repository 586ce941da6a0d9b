using System.Text.Json;

namespace Plinth.Ingestion.Models;

/// <summary>One tile and one of its contents.</summary>
/// <param name="Id">Place in the tree: child numbers, or level/x/y(/z) of an implicit tile.</param>
/// <param name="Uri">As the tileset names it; null where the tile has no content.</param>
/// <param name="Folder">Where the tileset that names it lies.</param>
internal sealed record TileEntry(string Id, string? Parent, int Level, double? Error, string? Refine, TileVolume? Volume, string? Uri, string? Folder, string? Metadata, Matrix4 Placed);

/// <summary>Goes through all tiles of a tileset: explicit ones, external tilesets beside it, and implicit ones by their subtrees.</summary>
/// <param name="bound">The folder that nothing leads out of; null where there are no files.</param>
/// <param name="file">The tileset itself, which no other leads back to.</param>
internal sealed class TilesetWalk(string? bound, string file)
{
    private const int MaximumTiles = 2_000_000;
    private const int MaximumNodes = 20_000_000;
    private const int MaximumDepth = 256;
    private const long MaximumFile = 512L << 20;

    private readonly HashSet<string> _visited = new(StringComparer.Ordinal) { Path.GetFullPath(file) };
    private int _nodes;

    /// <summary>What was missing or odd on the way.</summary>
    public List<string> Notes { get; } = [];

    public int MissingSubtrees { get; private set; }

    /// <summary>The tiles; <see cref="InvalidDataException"/> where they have no end.</summary>
    public IEnumerable<TileEntry> Tiles(JsonElement tileset, string? folder) => External(tileset, folder, "", null, 0, Matrix4.Identity, null);

    private IEnumerable<TileEntry> External(JsonElement tileset, string? folder, string id, string? parent, int level, Matrix4 placed, string? refine)
    {
        var open = new Stack<(JsonElement Tile, string Id, string? Parent, int Level, Matrix4 Placed, string? Refine)>();
        if (tileset.TryMember("root", out var root))
            open.Push((root, id.Length == 0 ? "0" : $"{id}/0", parent, level, placed, refine));
        while (open.TryPop(out var at))
        {
            if (++_nodes > MaximumTiles || at.Level > MaximumDepth)
                throw new InvalidDataException($"it has more than {MaximumTiles} tiles, or tiles deeper than {MaximumDepth}");
            var here = at.Placed * (Matrix4.Of(at.Tile.Numbers("transform")) ?? Matrix4.Identity);
            var tile = new TileEntry(at.Id, at.Parent, at.Level, at.Tile.Number("geometricError"), at.Tile.Text("refine") ?? at.Refine, TileVolume.Read(at.Tile, here), null, folder,
                at.Tile.TryMember("metadata", out var metadata) ? metadata.GetRawText() : null, here);
            if (Implicit(at.Tile) is { } tiling)
            {
                foreach (var part in new ImplicitTiles(this, tile, tiling, at.Tile).All())
                    yield return part;
                continue;
            }
            var contents = Contents(at.Tile).ToList();
            if (contents.Count == 0)
                yield return tile;
            var number = 0;
            foreach (var (uri, about) in contents)
            {
                yield return tile with { Id = Numbered(tile.Id, number++), Uri = uri, Metadata = about ?? tile.Metadata };
                if (IsTileset(uri) && Open(folder, uri) is { } inner)
                    using (inner.Document)
                        foreach (var deeper in External(inner.Document.RootElement, inner.Folder, at.Id, at.Id, at.Level + 1, here, tile.Refine))
                            yield return deeper;
            }
            var children = at.Tile.List("children");
            for (var i = children.Count - 1; i >= 0; i--)
                open.Push((children[i], $"{at.Id}/{i}", at.Id, at.Level + 1, here, tile.Refine));
        }
    }

    /// <summary>A content's own name: <c>uri</c> since 1.0, <c>url</c> before.</summary>
    internal static IEnumerable<(string Uri, string? Metadata)> Contents(JsonElement tile)
    {
        var multiple = tile.TryMember("contents", out _) ? tile.Items("contents") : tile.Member("extensions").Member("3DTILES_multiple_contents").Items("contents").Concat(tile.Member("extensions").Member("3DTILES_multiple_contents").Items("content"));
        foreach (var content in tile.TryMember("content", out var one) ? multiple.Prepend(one) : multiple)
            if ((content.Text("uri") ?? content.Text("url")) is { Length: > 0 } uri)
                yield return (uri, content.TryMember("metadata", out var metadata) ? metadata.GetRawText() : null);
    }

    /// <summary>A tile's second content and those after it have a number of their own.</summary>
    private static string Numbered(string id, int number) => number == 0 ? id : $"{id}#{number + 1}";

    private static JsonElement? Implicit(JsonElement tile) =>
        tile.TryMember("implicitTiling", out var tiling) || tile.Member("extensions").TryMember("3DTILES_implicit_tiling", out tiling) ? tiling : null;

    private static bool IsTileset(string uri) => uri.Split('?')[0].EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    private (JsonDocument Document, string Folder)? Open(string? folder, string uri)
    {
        if (Find(folder, uri) is not { } path || !_visited.Add(path) || new FileInfo(path).Length > MaximumFile)
            return null;
        try
        {
            return (JsonDocument.Parse(File.ReadAllBytes(path), new() { MaxDepth = 1000 }), Path.GetDirectoryName(path)!);
        }
        catch (JsonException)
        {
            Notes.Add($"the tileset '{Extent.Shorten(uri)}' that it names is no JSON");
            return null;
        }
    }

    /// <summary>The file of a content, of which no part lies outside of the tileset's folder.</summary>
    public string? Find(string? folder, string uri) =>
        bound is null || folder is null || uri.Contains("://", StringComparison.Ordinal) ? null : ModelFiles.Beside(bound, Path.Combine(Path.GetRelativePath(bound, folder), uri));

    /// <summary>Tiles that subtrees announce.</summary>
    private sealed class ImplicitTiles(TilesetWalk walk, TileEntry root, JsonElement tiling, JsonElement tile)
    {
        private readonly bool _isOctree = tiling.Text("subdivisionScheme") == "OCTREE";
        private readonly List<(string Uri, string? Metadata)> _contents = [.. Contents(tile)];

        public IEnumerable<TileEntry> All()
        {
            var levels = tiling.Integer("availableLevels") ?? tiling.Integer("maximumLevel") + 1 ?? 0;
            var subtreeLevels = tiling.Integer("subtreeLevels") ?? 0;
            if (levels is < 1 or > 31 || subtreeLevels is < 1 or > 15 || tiling.Member("subtrees").Text("uri") is not { } template)
                throw new InvalidDataException($"its implicit tiling of {levels} levels, {subtreeLevels} a subtree, is none that is read");
            var branching = _isOctree ? 3 : 2;
            var open = new Queue<(int Level, long X, long Y, long Z)>([(0, 0, 0, 0)]);
            while (open.TryDequeue(out var at))
            {
                if (Load(Name(template, at.Level, at.X, at.Y, at.Z)) is not { } subtree)
                    continue;
                var before = 0L;
                for (var l = 0; l < subtreeLevels && at.Level + l < levels; l++)
                {
                    for (var morton = 0L; morton < 1L << branching * l; morton++)
                    {
                        if (++walk._nodes > MaximumNodes)
                            throw new InvalidDataException($"its subtrees have more than {MaximumNodes} nodes");
                        if (!subtree.HasTile(before + morton))
                            continue;
                        var (dx, dy, dz) = Unweave(morton, branching);
                        foreach (var entry in Tile(subtree, before + morton, at.Level + l, (at.X << l) + dx, (at.Y << l) + dy, (at.Z << l) + dz))
                            yield return entry;
                    }
                    before += 1L << branching * l;
                }
                if (at.Level + subtreeLevels >= levels)
                    continue;
                for (var morton = 0L; morton < 1L << (int)(branching * subtreeLevels); morton++)
                {
                    if (++walk._nodes > MaximumNodes)
                        throw new InvalidDataException($"its subtrees have more than {MaximumNodes} nodes");
                    if (!subtree.HasChild(morton))
                        continue;
                    var (dx, dy, dz) = Unweave(morton, branching);
                    open.Enqueue((at.Level + (int)subtreeLevels, (at.X << (int)subtreeLevels) + dx, (at.Y << (int)subtreeLevels) + dy, (at.Z << (int)subtreeLevels) + dz));
                }
            }
        }

        private IEnumerable<TileEntry> Tile(Subtree subtree, long index, int level, long x, long y, long z)
        {
            string Id(int l, long i, long j, long k) => $"{root.Id}@{l}/{i}/{j}" + (_isOctree ? $"/{k}" : "");
            var entry = root with
            {
                Id = Id(level, x, y, z), Parent = level == 0 ? root.Parent : Id(level - 1, x >> 1, y >> 1, z >> 1), Level = root.Level + level,
                Error = root.Error / Math.ScaleB(1, level), Volume = root.Volume?.Part(level, x, y, z, _isOctree),
            };
            var number = 0;
            for (var c = 0; c < subtree.Contents && c < _contents.Count; c++)
                if (subtree.HasContent(c, index))
                {
                    yield return entry with { Id = Numbered(entry.Id, number++), Uri = Name(_contents[c].Uri, level, x, y, z) };
                }
            if (number == 0)
                yield return entry;
        }

        private Subtree? Load(string uri)
        {
            if (walk.Find(root.Folder, uri) is not { } path)
            {
                walk.MissingSubtrees++;
                return null;
            }
            try
            {
                return new FileInfo(path).Length <= MaximumFile ? Subtree.Read(File.ReadAllBytes(path), Path.GetDirectoryName(path)) : throw new InvalidDataException("the subtree is too large");
            }
            catch (InvalidDataException broken)
            {
                walk.Notes.Add($"'{Extent.Shorten(uri)}': {broken.Message}");
                return null;
            }
        }

        private static string Name(string template, int level, long x, long y, long z) => template
            .Replace("{level}", $"{level}", StringComparison.Ordinal).Replace("{x}", $"{x}", StringComparison.Ordinal)
            .Replace("{y}", $"{y}", StringComparison.Ordinal).Replace("{z}", $"{z}", StringComparison.Ordinal);

        /// <summary>Bits of x, y (and z) in turn, x lowest.</summary>
        private static (long X, long Y, long Z) Unweave(long morton, int branching)
        {
            var (x, y, z) = (0L, 0L, 0L);
            for (var bit = 0; morton >> (bit * branching) != 0; bit++)
            {
                x |= (morton >> (bit * branching) & 1) << bit;
                y |= (morton >> (bit * branching + 1) & 1) << bit;
                if (branching == 3)
                    z |= (morton >> (bit * branching + 2) & 1) << bit;
            }
            return (x, y, z);
        }
    }
}
