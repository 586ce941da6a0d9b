using Microsoft.Data.Sqlite;

namespace Plinth.Ingestion;

/// <summary>Files taken in before, by path, size and time, so that a second run over a million of them need not hash each: <c>&lt;lake&gt;/control/seen.db</c>.</summary>
/// <remarks>
/// A memory aid, not the truth: whether a file is in is for the tables' transactions to say, and the entry only gives the hash and the layout to ask for. Where it
/// is missing, damaged or in use, files are hashed as before. A file that was written in the last moments before it was hashed is not remembered, since
/// another writing in the same moment would leave size and time as they are.
/// </remarks>
internal sealed class SeenFiles : IDisposable
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly SqliteConnection? _connection;
    private readonly SqliteCommand? _find;
    private readonly List<(string Path, string Asked, SeenFile File)> _waiting = [];
    private readonly TimeProvider _time;

    /// <param name="family">Part of the key, with the layout that is asked for: another one may read the file otherwise.</param>
    public SeenFiles(string lake, string family, string? layout, TimeProvider time)
    {
        _time = time;
        Asked = $"{family}/{layout}";
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(lake, "control")).FullName;
            _connection = new(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "seen.db"), DefaultTimeout = 30, Pooling = false }.ToString());
            _connection.Open();
            Run(SeenSql.Create);
            _find = _connection.CreateCommand();
            _find.CommandText = SeenSql.Find;
            _find.Parameters.AddWithValue("$path", "");
            _find.Parameters.AddWithValue("$asked", Asked);
            _find.Prepare();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            _connection?.Dispose();
            (_connection, _find) = (null, null);
        }
    }

    private string Asked { get; }

    /// <summary>What is remembered of a file that still has the same size and time; else null.</summary>
    public SeenFile? Find(string path, FileStamp stamp)
    {
        if (_find is null)
            return null;
        try
        {
            _find.Parameters[0].Value = Path.GetFullPath(path);
            using var reader = _find.ExecuteReader();
            return reader.Read() && reader.GetInt64(0) == stamp.Size && reader.GetInt64(1) == stamp.Modified
                ? new(stamp, Convert.ToHexStringLower((byte[])reader.GetValue(2)), reader.GetString(3)) : null;
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException)
        {
            return null;
        }
    }

    /// <summary>Remembers a file, once <see cref="Flush"/> is called.</summary>
    public void Add(string path, SeenFile file)
    {
        if (_connection is not null && _time.GetUtcNow().UtcTicks - file.Stamp.Modified > Settled.Ticks)
            _waiting.Add((Path.GetFullPath(path), Asked, file));
    }

    /// <summary>Writes what waits; to be called when the files are in.</summary>
    public void Flush()
    {
        if (_connection is null || _waiting.Count == 0)
            return;
        try
        {
            using var transaction = _connection.BeginTransaction();
            using var insert = _connection.CreateCommand();
            (insert.CommandText, insert.Transaction) = (SeenSql.Insert, transaction);
            string[] names = ["$path", "$asked", "$size", "$modified", "$sha256", "$layout"];
            foreach (var name in names)
                insert.Parameters.Add(new(name, null));
            foreach (var (path, asked, file) in _waiting)
            {
                object[] values = [path, asked, file.Stamp.Size, file.Stamp.Modified, Convert.FromHexString(file.Sha256), file.Layout];
                for (var i = 0; i < values.Length; i++)
                    insert.Parameters[i].Value = values[i];
                insert.ExecuteNonQuery();
            }
            transaction.Commit();
        }
        catch (SqliteException)
        {
            // Then they are hashed again next time.
        }
        _waiting.Clear();
    }

    public void Dispose()
    {
        Flush();
        _find?.Dispose();
        _connection?.Dispose();
    }

    private void Run(string sql)
    {
        using var command = _connection!.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>Size and time of a file.</summary>
/// <param name="Modified">Ticks, UTC.</param>
internal readonly record struct FileStamp(long Size, long Modified)
{
    public static FileStamp Of(string path) => new FileInfo(path) is { Exists: true } file ? new(file.Length, file.LastWriteTimeUtc.Ticks) : default;
}

/// <summary>What is remembered of a file.</summary>
/// <param name="Layout">By which it was read.</param>
internal sealed record SeenFile(FileStamp Stamp, string Sha256, string Layout);
