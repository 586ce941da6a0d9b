using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plinth.Tests.Lakehouse.Soak;

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>A lake opened with a managed identity: a token endpoint of this machine's (as App Service offers it) and the blob emulator with TLS, which looks at audience, issuer and times of the token.</summary>
public sealed class AzureIdentityTests : IDisposable
{
    private const string Header = "header-that-stays-unsaid";
    private readonly TemporaryFolder _folder = new();
    private readonly HttpListener _endpoint = new();
    private readonly int _port = Azurite.FreePort();
    private readonly int _endpointPort = Azurite.FreePort();
    private readonly List<string> _asked = [];
    private Process? _emulator;

    [Fact]
    public async Task A_machines_identity_is_enough_and_neither_token_nor_header_is_said()
    {
        Assert.SkipUnless(File.Exists(Azurite.Program), "tests/stores has no npm packages; run tools/setup.sh --tests");
        var container = await StartAsync();
        var (commits, failed) = (Append(container + "/lake", Header), Append(container + "/lake", "wrong"));
        foreach (var process in new[] { commits, failed })
            await process.StandardInput.WriteLineAsync("go");

        var (said, errors) = (await commits.StandardOutput.ReadToEndAsync(), await commits.StandardError.ReadToEndAsync());
        errors.Should().BeEmpty();
        said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal("ready", "0 0", "1 1");
        _asked.Should().NotBeEmpty().And.OnlyContain(url => Uri.UnescapeDataString(url).Contains("resource=https://storage.azure.com", StringComparison.Ordinal));
        var refused = await failed.StandardError.ReadToEndAsync();
        await failed.WaitForExitAsync(TestContext.Current.CancellationToken);
        failed.ExitCode.Should().NotBe(0);
        refused.Should().Contain("IOException").And.NotContain("wrong").And.NotContain(Token);
        commits.Dispose();
        failed.Dispose();
    }

    public void Dispose()
    {
        ((IDisposable)_endpoint).Dispose();
        _emulator?.Kill(entireProcessTree: true);
        _emulator?.Dispose();
        _folder.Dispose();
    }

    private Process Append(string root, string header) => Child.Start([Plinth.Tests.Lakehouse.Program.AppendMode, root, "0", "2", "1"], new Dictionary<string, string>
    {
        ["IDENTITY_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_endpointPort}/token"), ["IDENTITY_HEADER"] = header, ["SSL_CERT_FILE"] = _folder["cert.pem"],
        ["AZURE_STORAGE_KEY"] = "", ["AZURE_STORAGE_SAS_TOKEN"] = "", ["PLINTH_LOCAL"] = _folder["local"], ["AZURE_TOKEN_CREDENTIALS"] = "ManagedIdentityCredential",
    });

    /// <summary>Unsigned, as the emulator's basic check allows.</summary>
    private static string Token { get; } = string.Join('.', new[] { """{"alg":"none","typ":"JWT"}""", """{"aud":"https://storage.azure.com","iss":"https://sts.windows.net/00000000-0000-0000-0000-000000000000/","iat":1700000000,"nbf":1700000000,"exp":4000000000,"oid":"11059fcc-5514-4800-b5f8-49808b9cfab6","tid":"00000000-0000-0000-0000-000000000000"}""", "x" }
        .Select(part => Convert.ToBase64String(Encoding.UTF8.GetBytes(part)).TrimEnd('=').Replace('+', '-').Replace('/', '_')));

    private async Task<string> StartAsync()
    {
        MakeCertificate();
        _endpoint.Prefixes.Add($"http://127.0.0.1:{_endpointPort}/");
        _endpoint.Start();
        _ = AnswerAsync();
        _emulator = Process.Start(new ProcessStartInfo("node", [Azurite.Program, "--inMemoryPersistence", "--silent", "--blobHost", "127.0.0.1", "--blobPort", _port.ToString(CultureInfo.InvariantCulture), "--disableTelemetry",
            "--oauth", "basic", "--cert", _folder["cert.pem"], "--key", _folder["key.pem"]]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["AZURITE_ACCOUNTS"] = $"plinthtest:{Convert.ToBase64String(new byte[64])}" } })!;
        _emulator.BeginOutputReadLine();
        _emulator.BeginErrorReadLine();
        (await Azurite.ListensAsync(_emulator, _port)).Should().BeTrue();
        using var root = X509CertificateLoader.LoadCertificateFromFile(_folder["cert.pem"]);
        using var trusting = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck } } };
        using var client = new HttpClient(trusting);
        var container = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{_port}/plinthtest/box");
        using var request = new HttpRequestMessage(HttpMethod.Put, container + "?restype=container") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Token) } };
        request.Headers.Add("x-ms-version", "2023-11-03");
        (await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode.Should().Be(HttpStatusCode.Created);
        return container;
    }

    /// <summary>https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference.</summary>
    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var context = await _endpoint.GetContextAsync();
                var known = context.Request.Headers["X-IDENTITY-HEADER"] == Header;
                if (known)
                    _asked.Add(context.Request.RawUrl!);
                context.Response.StatusCode = known ? 200 : 401;
                context.Response.ContentType = "application/json";
                context.Response.Close(Encoding.UTF8.GetBytes(known ? $$"""{"access_token":"{{Token}}","expires_on":"4000000000","resource":"https://storage.azure.com","token_type":"Bearer"}""" : """{"error":"unauthorized"}"""), willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=plinth-test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        File.WriteAllText(_folder["cert.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(_folder["key.pem"], key.ExportPkcs8PrivateKeyPem());
    }
}
