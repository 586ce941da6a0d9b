using Plinth.Catalog;
using Plinth.Ingestion.Base;
using Plinth.Ingestion.Base.Osm;
using Plinth.Ingestion.Imagery;
using Plinth.Ingestion.Models;
using Plinth.Ingestion.Photos;
using Plinth.Ingestion.Sensors;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion;

/// <summary>All readers, by the format they read.</summary>
internal sealed class FileReaders
{
    private readonly Dictionary<string, IFileReader> _byFormat;

    public FileReaders(params IEnumerable<IFileReader> readers) => _byFormat = readers.ToDictionary(r => r.Name, StringComparer.Ordinal);

    /// <summary>Formats in order of name.</summary>
    public IEnumerable<string> Names => _byFormat.Keys.Order(StringComparer.Ordinal);

    /// <summary>The reader of a format, or null.</summary>
    public IFileReader? Find(string format) => _byFormat.GetValueOrDefault(format);

    /// <summary>Every reader there is.</summary>
    public static FileReaders Of(CityCatalog catalog) => new(
        new DelimitedReader(catalog.Datasets),
        new JsonLinesReader(catalog.Datasets),
        new JsonReader(catalog.Datasets),
        new RdbReader(catalog.Datasets),
        new XmlRecords(catalog.Datasets),
        new ExcelReader(catalog.Datasets),
        new EconoliteReader(catalog.Datasets),
        new ParquetReader(catalog.Datasets, catalog.Lake.OpenSql),
        new GeoJsonReader(catalog.Datasets),
        new OsmPbfReader(),
        new OsmXmlReader(),
        new PhotoReader(),
        new OrientationReader(),
        new GroundControlReader(),
        new CameraReader(),
        new FlightLogReader(),
        new CityJsonReader(),
        new CityJsonSeqReader(),
        new LasReader(),
        new TilesetReader(),
        new GltfReader(),
        new ObjReader(),
        new OsgbReader(),
        new ModelPartReader(),
        new GeoTiffReader(),
        new PmTilesReader(),
        new VrtReader(),
        new MbTilesReader(),
        new TileFolderReader());
}
