using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Plinth.Sandbox.Isolation;

/// <summary>What the attacks are after: listeners, files, a secret in our environment and in an open file, made for one conformance job and gone after it.</summary>
internal sealed partial class ConformanceFacts : IDisposable
{
    private readonly List<Socket> _listeners = [];
    private readonly int _leaked;

    public ConformanceFacts(string scratch)
    {
        Token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        Folder = Directory.CreateTempSubdirectory("plinth-conformance-job-").FullName;
        Neighbour = RunFolder.Create(scratch);
        Secret = Path.Combine(Folder, "secret.txt");
        var neighbours = Path.Combine(Neighbour.In, "truth.csv");
        File.WriteAllText(Secret, Token);
        File.WriteAllText(neighbours, Token);
        Neighbour.HandOver();
        var facts = new Dictionary<string, string>
        {
            ["token"] = Token,
            ["secret"] = Secret,
            ["neighbour"] = neighbours,
            ["place"] = Path.GetFileName(Folder),
            ["host"] = Environment.MachineName,
            ["kernel"] = File.ReadAllText("/proc/version").Trim(),
            ["service"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            ["started"] = RunFolder.StartOf(Environment.ProcessId) ?? "",
            ["port4"] = Listen(AddressFamily.InterNetwork, IPAddress.Loopback),
            ["port6"] = Listen(AddressFamily.InterNetworkV6, IPAddress.IPv6Loopback),
            ["abstract"] = "plinth-" + Token[..16],
            ["disk"] = Disk(),
            ["processes"] = Text(3 * Limits.Processes),
            ["bytes"] = Text(2 * Limits.OutputBytes),
            ["files"] = Text(3 * Limits.OutputFiles),
            ["memory"] = Text(4 * Limits.MemoryBytes),
            ["text"] = Text(4 * Limits.TextBytes),
            ["wall"] = "3",
            ["processor"] = "2.5",
            ["cores"] = CoresWork.ToString(CultureInfo.InvariantCulture),
        };
        var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listeners.Add(unix);
        unix.Bind(new UnixDomainSocketEndPoint("\0" + facts["abstract"]));
        unix.Listen(8);
        Facts = string.Concat(facts.Select(fact => $"{fact.Key}={fact.Value}\n"));
        _leaked = open(Secret, 0, 0); // on purpose without close-on-exec
    }

    /// <summary>Small, so that the attacks on them are small too.</summary>
    public static RunLimits Limits { get; } = new()
    {
        WallClock = TimeSpan.FromSeconds(120), Processor = TimeSpan.FromSeconds(60), MemoryBytes = 96L << 20, Processes = 48, OutputBytes = 8L << 20, OutputFiles = 100, ScratchBytes = 8L << 20, TextBytes = 64 << 10,
    };

    /// <summary>Seconds of a core that the attack on the share of the cores works.</summary>
    public const double CoresWork = 0.3;

    public string Token { get; }
    public string Folder { get; }
    public string Secret { get; }
    public RunFolder Neighbour { get; }
    public string Facts { get; }

    public void Dispose()
    {
        _ = close(_leaked);
        _listeners.ForEach(listener => listener.Dispose());
        Neighbour.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private string Listen(AddressFamily family, IPAddress address)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            socket.Listen(8);
            _listeners.Add(socket);
            return Text(((IPEndPoint)socket.LocalEndPoint!).Port);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return "0"; // the control on the host will say that it cannot be reached
        }
    }

    /// <summary>Numbers of the first disk, e.g. <c>254:0</c>.</summary>
    private static string Disk()
    {
        foreach (var line in File.ReadLines("/proc/partitions").Skip(2))
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var major, var minor, _, var name] && !name.StartsWith("loop", StringComparison.Ordinal) && !name.StartsWith("ram", StringComparison.Ordinal))
                return $"{major}:{minor}";
        return "0:0";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
