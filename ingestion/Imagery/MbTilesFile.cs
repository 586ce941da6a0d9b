using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Plinth.Ingestion.Imagery;

/// <summary>The SQLite database of an MBTiles archive, opened so that nothing in it can write, load or run on and on.</summary>
internal sealed class MbTilesFile(string path, string expected)
{
    public const int MaximumRejections = 1000;

    private const long MaximumTiles = 200_000_000;

    /// <summary>Steps of SQLite's machine between two rows, in units of a thousand; a view can ask for any number of them.</summary>
    private const int MaximumSteps = 200_000;

    public SourceFormatException Refuse(string reason) => new(Path.GetFileName(path), reason, expected);

    /// <summary>Walks through all tiles once, so that a damaged archive is refused before anything of it is stored; gives the metadata.</summary>
    /// <exception cref="SourceFormatException">No tiles, or the database is damaged.</exception>
    public Dictionary<string, string> Check()
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var connection = Open();
            using var command = connection.CreateCommand();
            command.CommandText = MbTilesSql.Objects;
            var names = new List<string>();
            using (var reader = command.ExecuteReader())
                while (reader.Read() && names.Count < 1000)
                    names.Add(reader.GetString(0));
            if (!names.Contains("tiles"))
                throw Refuse("it is an SQLite database without a table or view 'tiles'");
            Watch(connection);
            command.CommandText = MbTilesSql.Count;
            var count = Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
            if (count is 0 or > MaximumTiles)
                throw Refuse(count == 0 ? "it holds no tiles" : $"it holds more than {MaximumTiles} tiles");
            if (names.Contains("metadata"))
            {
                command.CommandText = MbTilesSql.Metadata;
                using var reader = command.ExecuteReader();
                while (reader.Read() && metadata.Count < 1000)
                    if (reader.GetValue(0) is string name && reader.GetValue(1) is string value)
                        metadata.TryAdd(name, value);
            }
            return metadata;
        }
        catch (SqliteException e)
        {
            throw Broken(e);
        }
    }

    /// <summary>Every tile in the database's own order: zoom, column, row from the south, size (-1: NULL), and its first bytes (all, where it is small).</summary>
    public IEnumerable<(long Z, long X, long Row, long Size, byte[] Head)> Tiles()
    {
        using var connection = Open();
        var steps = Watch(connection);
        using var command = connection.CreateCommand();
        command.CommandText = MbTilesSql.Tiles;
        command.Parameters.AddWithValue("$small", TileImage.LargestEmpty);
        using var reader = Try(command.ExecuteReader);
        for (var count = 0L; Try(reader.Read); count++)
        {
            if (count == MaximumTiles)
                throw Refuse($"it holds more than {MaximumTiles} tiles");
            steps.Value = 0;
            yield return (Integer(0), Integer(1), Integer(2), reader.IsDBNull(3) ? -1 : reader.GetInt64(3), reader.GetValue(4) as byte[] ?? []);
        }

        long Integer(int column) => reader.GetValue(column) is long value ? value : -1;
    }

    private T Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException e)
        {
            throw Broken(e);
        }
    }

    private SourceFormatException Broken(SqliteException e) => Refuse(e.SqliteErrorCode switch
    {
        raw.SQLITE_CORRUPT => "its SQLite database is damaged (database disk image is malformed)",
        raw.SQLITE_NOTADB => "it is no SQLite database",
        raw.SQLITE_INTERRUPT => "its view 'tiles' does not come to an end",
        _ => $"its SQLite database cannot be read ({e.SqliteErrorCode}: {Rejections.Show(e.Message, hidden: false)})",
    });

    private SqliteConnection Open()
    {
        // Immutable: no journal is looked for, no lock taken, nothing beside the file touched.
        var address = $"file:{Uri.EscapeDataString(Path.GetFullPath(path)).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1";
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = address, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = MbTilesSql.Careful;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Interrupts a statement that works for long without giving a row.</summary>
    private static StrongBox Watch(SqliteConnection connection)
    {
        var steps = new StrongBox();
        raw.sqlite3_progress_handler(connection.Handle, 1000, _ => ++steps.Value > MaximumSteps ? 1 : 0, null);
        return steps;
    }

    private sealed class StrongBox
    {
        public long Value { get; set; }
    }
}
