using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Azure.Core;
using Azure.Core.Pipeline;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Stores.Azure;
using Plinth.Tests.Lakehouse.Stores;

[assembly: AssemblyFixture(typeof(Azurite))]

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>The blob emulator, started when a test first asks for it, in memory, with a key of its own.</summary>
public sealed class Azurite : IDisposable
{
    private const string Account = "plinthtest";
    internal static readonly string Program = Path.Combine(Repository.Root, "tests", "stores", "node_modules", "azurite", "dist", "src", "blob", "main.js");
    private readonly SemaphoreSlim _starting = new(1);
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
    private Process? _process;

    public int Port { get; private set; }

    public StoreCredentials Credentials => new() { AzureKey = _key };

    /// <summary>The location of a container of its own, where asked through another port (a proxy's) by way of it.</summary>
    public async Task<string> ContainerAsync(int? port = null)
    {
        Assert.SkipUnless(File.Exists(Program), "tests/stores has no npm packages; run tools/setup.sh --tests");
        await StartAsync();
        var container = $"c{Guid.CreateVersion7():n}";
        var pipeline = HttpPipelineBuilder.Build(new Options(), new SharedKeyPolicy(Account, Convert.FromBase64String(_key), TimeProvider.System));
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Put;
        message.Request.Uri.Reset(new($"{Service(Port)}/{container}?restype=container"));
        message.Request.Headers.Add("x-ms-version", "2023-11-03");
        await pipeline.SendAsync(message, TestContext.Current.CancellationToken);
        message.Response.Status.Should().Be(201);
        return $"{Service(port ?? Port)}/{container}";
    }

    public string KeyForChildren => _key;

    /// <summary>An account's signature for blobs: https://learn.microsoft.com/rest/api/storageservices/create-account-sas.</summary>
    public string Sas(string permissions)
    {
        var (until, version) = ("2099-01-01T00:00:00Z", "2023-11-03");
        var text = $"{Account}\n{permissions}\nb\nco\n\n{until}\n\nhttps,http\n{version}\n\n";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(_key), System.Text.Encoding.UTF8.GetBytes(text)));
        return $"?sv={version}&ss=b&srt=co&sp={permissions}&se={Uri.EscapeDataString(until)}&spr=https,http&sig={Uri.EscapeDataString(signature)}";
    }

    public void Dispose()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.Dispose();
        _starting.Dispose();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until something listens; false when the process ended instead.</summary>
    internal static async Task<bool> ListensAsync(Process process, int port)
    {
        while (!process.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
        return false;
    }

    private static string Service(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{Account}");

    private async Task StartAsync()
    {
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            for (var tries = 0; _process is null && tries < 3; tries++)
            {
                Port = FreePort();
                var start = new ProcessStartInfo("node", [Program, "--inMemoryPersistence", "--silent", "--blobHost", "127.0.0.1", "--blobPort", Port.ToString(CultureInfo.InvariantCulture), "--disableTelemetry"])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    Environment = { ["AZURITE_ACCOUNTS"] = $"{Account}:{_key}" },
                };
                var process = Process.Start(start)!;
                process.OutputDataReceived += (_, _) => { };
                process.ErrorDataReceived += (_, _) => { };
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                if (await ListensAsync(process, Port))
                    _process = process;
            }
            _process.Should().NotBeNull("Azurite should start");
        }
        finally
        {
            _starting.Release();
        }
    }

    private sealed class Options : ClientOptions;
}
