using System.Diagnostics;
using System.Globalization;
using Plinth.Lakehouse;
using Plinth.Tests.Lakehouse.Stores;

[assembly: AssemblyFixture(typeof(MotoServer))]

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>
/// An S3 server where Python has the module moto (no npm package was found that knows conditional puts). It checks and then writes without a lock,
/// so it is made to answer one request after the other: its races show that our side sends and reads the condition rightly, not how a real store decides them.
/// </summary>
public sealed class MotoServer : IDisposable
{
    private const string Code = """
        import sys
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import run_simple
        run_simple("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=False)
        """;

    private readonly SemaphoreSlim _starting = new(1);
    private Process? _process;
    private bool _tried;
    private int _port;

    public StoreCredentials Credentials => new() { S3AccessKey = "test", S3SecretKey = "test", S3Endpoint = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}")) };

    /// <summary>The location of a bucket of its own.</summary>
    public async Task<string> BucketAsync()
    {
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!_tried)
                await StartAsync();
            _tried = true;
        }
        finally
        {
            _starting.Release();
        }
        Assert.SkipWhen(_process is null, "a second S3 server, beside the tests' own: python3 has no module moto, and Debian 12 no package of it");
        var bucket = $"b{Guid.CreateVersion7():n}";
        using var client = new Amazon.S3.AmazonS3Client("test", "test", new Amazon.S3.AmazonS3Config { ServiceURL = Credentials.S3Endpoint!.ToString(), ForcePathStyle = true });
        await client.PutBucketAsync(bucket, TestContext.Current.CancellationToken);
        return $"s3://{bucket}";
    }

    public void Dispose()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.Dispose();
        _starting.Dispose();
    }

    private async Task StartAsync()
    {
        _port = Azurite.FreePort();
        Process? process;
        try
        {
            process = Process.Start(new ProcessStartInfo("python3", ["-c", Code, _port.ToString(CultureInfo.InvariantCulture)]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return; // no python3
        }
        process!.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (await Azurite.ListensAsync(process, _port))
            _process = process;
    }
}
