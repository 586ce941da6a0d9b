using Plinth.Ingestion;

namespace Plinth.Tests;

/// <summary>Every real file of models, boundaries and base maps: each is read by the layout that is meant for it, with what its quirks make of it.</summary>
public class RealFilesTests
{
    /// <summary>File, layout, rows of the layout's dataset, rejections, and what the notes of its asset must say (or must not: with a minus).</summary>
    private static readonly (string File, string Layout, long Rows, long Rejected, string Note)[] Models =
    [
        ("cityjson/delft.json", "cityjson", 570, 0, "-"),
        ("cityjson/zurich_subset_lod2.json", "cityjson", 210, 0, "-"),
        ("cityjson/rotterdam/rotterdam_subset.json", "cityjson", 16, 0, "it names no CRS"),
        ("cityjson/rotterdam/appearances/0320_4_15.jpg", "model-part", 1, 0, "part of a model"),
        ("cityjson/DH_01_subs.city.json", "cityjson-the-hague", 12, 0, "-no CRS"),
        ("cityjsonseq/3dbag_b2.city.jsonl", "cityjsonseq", 4, 0, "-"),
        ("3dtiles-sibbe-1.1/tileset.json", "3dtiles", 1, 0, "of the 6 contents it names, 3 are not there"),
        ("3dtiles-sibbe-1.1/content/1_1_0.glb", "gltf", 1, 0, "it names no CRS"),
        ("3dtiles-sibbe-1.1/content/2_2_3.glb", "gltf", 1, 0, "it names no CRS"),
        ("3dtiles-sibbe-1.1/content/2_3_2.glb", "gltf", 1, 0, "it names no CRS"),
        ("3dtiles-sibbe-1.1/subtrees/0_0_0.subtree", "model-part", 1, 0, "part of a model"),
        ("3dtiles-sibbe-1.1/subtrees/2_2_3.subtree", "model-part", 1, 0, "part of a model"),
        ("3dtiles-sibbe-1.1/subtrees/2_3_3.subtree", "model-part", 1, 0, "part of a model"),
        ("3dtiles-sibbe-1.1/subtrees/2_3_2.subtree", "model-part", 1, 0, "part of a model"),
        ("3dtiles-metadata-granularities/tileset.json", "3dtiles", 1, 0, "no place on earth"),
        ("b3dm/2_0_1.b3dm", "gltf", 1, 0, "it names no CRS"),
        ("b3dm/py3dtiles_test_build_1.b3dm", "gltf", 1, 0, "it names no CRS"),
        ("osgb/test.osgb", "osgb", 1, 0, "of which 1 do not lie beside it"),
        ("obj/1.2-with-color.obj", "obj", 1, 0, "no metadata.xml"),
        ("las/autzen-utm.las", "las", 1, 0, "point format 3"),
        ("las/autzen-dd.las", "las", 1, 0, "point format"),
        ("las/epsg_4326.las", "las", 1, 0, "point format 0"),
        ("las/autzen_trim.laz", "las", 1, 0, "LAZ-compressed"),
        ("las/1.2-with-color.copc.laz", "las", 1, 0, "COPC"),
        ("las/bad-geotiff-keys.las", "las", 1, 0, "point format"),
    ];

    [Fact]
    public async Task Every_model_file_there_is_comes_in_by_its_layout_and_says_what_is_odd()
    {
        using var given = new Given();
        var folder = Repository.Shared("data", "models-3d");
        var report = await given.IngestBy("models", null, o => o with { Coordinates = new StubCoordinates() }, folder);

        var files = report.Files.ToDictionary(f => Path.GetRelativePath(folder, f.Path));
        files.Values.Where(f => f.Status == FileStatus.Refused).Select(f => $"{f.Path}: {f.Reason}").Should().BeEmpty();
        files["3dtiles-metadata-granularities/COPYRIGHT.md"].Status.Should().Be(FileStatus.Ignored);
        files.Where(f => f.Key.EndsWith(".glb", StringComparison.Ordinal)).Should().HaveCount(23);
        foreach (var (file, layout, rows, rejected, note) in Models)
        {
            var entry = files[file];
            (entry.Contract, entry.Rows, entry.Rejected).Should().Be((layout, entry.Status == FileStatus.Unchanged ? 0 : rows, rejected), file); // one that equals another is unchanged
            var notes = await given.Value($"SELECT coalesce(notes, '') FROM model.asset WHERE sha256 = '{entry.Sha256}'") as string;
            if (note.StartsWith('-'))
                notes.Should().NotContain(note.Length > 1 ? note[1..] : "CRS", file);
            else
                notes.Should().Contain(note, file);
        }
        // Files of the same content, as the trees of the hand-made scene are, are one asset.
        (await given.Value("SELECT count(*) FROM model.asset")).Should().Be((long)files.Values.Where(f => f.Status == FileStatus.Ingested).Select(f => f.Sha256).Distinct().Count());
        (await given.Value("SELECT texture_bytes FROM model.asset WHERE file_name = 'rotterdam_subset.json'")).Should().Be(184022L, "of 74 textures that are named, one is there");
        (await given.Value("SELECT count(*) FROM model.asset WHERE geom IS NOT NULL AND (bbox.xmin < -180 OR bbox.xmax > 180 OR bbox.ymin < -90 OR bbox.ymax > 90)")).Should().Be(0L);
    }

    [Fact]
    public async Task Every_boundary_and_base_map_there_is_comes_in_by_its_layout()
    {
        using var given = new Given();
        var files = new List<string>();
        foreach (var folder in new[] { Repository.Shared("data", "boundaries"), Repository.Shared("data", "basemap") })
        {
            var report = await given.Ingest("base", folder);
            report.Files.Where(f => f.Status != FileStatus.Ingested).Select(f => $"{f.Path}: {f.Reason}").Should().BeEmpty();
            files.AddRange(report.Files.Select(f => $"{Path.GetFileName(f.Path)} {f.Contract}"));
        }
        files.Should().HaveCount(11 + 5 + 5).And.Contain(["liechtenstein-latest.osm.pbf osm-pbf", "West-Oakland.osm.bz2 osm-xml", "buildings.geojson geojson-footprints", "花都区.geojson guangzhou-districts", "streets.csv china-division-streets"]);
        (await given.Value("SELECT count(*) FROM base.admin_unit WHERE source <> 'osm'")).Should().Be(11L + 31 + 342 + 2978 + 41352 + 261);
        // Liechtenstein, Oberland and Unterland, and the eleven municipalities.
        (await given.Sql("SELECT level, count(*) FROM base.admin_unit WHERE source = 'osm' AND bbox.xmin > 9.4 AND bbox.xmax < 9.7 AND bbox.ymax < 47.3 GROUP BY level ORDER BY level"))
            .Select(r => $"{r[0]} {r[1]}").Should().Equal("country 1", "district 2", "street 11");
        (await given.Value("SELECT name FROM base.admin_unit WHERE code = '440114002'")).Should().Be("花城街道");
    }
}
