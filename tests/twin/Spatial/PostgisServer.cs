using System.Diagnostics;
using System.Globalization;

namespace Plinth.Tests;

/// <summary>A PostgreSQL with PostGIS of its own, in a temporary folder, reached through a socket there and by nobody else; gone when disposed.</summary>
internal sealed class PostgisServer : IDisposable
{
    private readonly string _folder;
    private readonly string _binaries;

    private PostgisServer(string folder, string binaries) => (_folder, _binaries) = (folder, binaries);

    /// <summary>Why there can be none here; null where there can.</summary>
    public static string? Absent =>
        Binaries is null ? "PostgreSQL is not installed: tools/setup.sh --tests installs postgresql-15-postgis-3"
        : !Directory.Exists("/usr/share/postgresql") || !Directory.EnumerateFiles("/usr/share/postgresql", "postgis.control", SearchOption.AllDirectories).Any()
            ? "PostGIS is not installed: tools/setup.sh --tests installs postgresql-15-postgis-3" : null;

    private static string? Binaries => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).OrderDescending(StringComparer.Ordinal).FirstOrDefault() : null;

    /// <param name="settings">Further options of the server, e.g. <c>shared_buffers=1GB</c>.</param>
    public static PostgisServer Start(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("plinth-pg-").FullName;
        var server = new PostgisServer(folder, Binaries ?? throw new InvalidOperationException(Absent));
        try
        {
            if (Environment.UserName == "root")
                Run("chown", "", null, "postgres", folder);
            server.AsOwner("initdb", "-D", $"{folder}/data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
            var options = string.Join(' ', ((string[])["listen_addresses=", $"unix_socket_directories={folder}", "fsync=off", "full_page_writes=off", "synchronous_commit=off", "jit=off", .. settings]).Select(s => $"-c {s}"));
            server.AsOwner("pg_ctl", "-D", $"{folder}/data", "-w", "-l", $"{folder}/log", "-o", options, "start");
            server.Query("CREATE EXTENSION postgis");
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Rows of the last statement, fields between tabs.</summary>
    public string[] Query(string sql) => Run(Path.Combine(_binaries, "psql"), sql, null, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", _folder, "-U", "postgres", "-f", "-")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Milliseconds the server took for a statement, as psql counts them, and its rows.</summary>
    public (double Milliseconds, string[] Rows) Time(string sql)
    {
        var lines = Query($"\\timing on\n{sql};\n");
        var time = lines.Last(l => l.StartsWith("Time: ", StringComparison.Ordinal)).Split(' ')[1];
        return (double.Parse(time, CultureInfo.InvariantCulture), [.. lines.Where(l => !l.StartsWith("Time: ", StringComparison.Ordinal) && !l.StartsWith("Timing", StringComparison.Ordinal))]);
    }

    public void Dispose()
    {
        try
        {
            if (File.Exists($"{_folder}/data/postmaster.pid"))
                AsOwner("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "-w", "stop");
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>PostgreSQL refuses to run as root: then it runs as the user that the package made.</summary>
    private void AsOwner(string program, params string[] arguments)
    {
        var path = Path.Combine(_binaries, program);
        if (Environment.UserName == "root")
            Run("setpriv", "", _folder, ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments]);
        else
            Run(path, "", _folder, arguments);
    }

    private static string Run(string program, string input, string? folder, params string[] arguments)
    {
        var starting = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? Path.GetTempPath() };
        using var process = Process.Start(starting)!;
        // A server that stays behind keeps the pipes of pg_ctl open: its own output goes to the log, and pg_ctl is waited for, not the pipes.
        var daemon = program.EndsWith("pg_ctl", StringComparison.Ordinal) || arguments.Any(a => a.EndsWith("pg_ctl", StringComparison.Ordinal));
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {(daemon ? "see the log" : error.GetAwaiter().GetResult())}");
        return daemon ? "" : output.GetAwaiter().GetResult();
    }
}
