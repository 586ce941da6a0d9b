using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using Plinth.Tests;

namespace Plinth.App.Tests;

public sealed class SandboxRuntimeRouteTests
{
    [Fact]
    public async Task A_vendor_downloads_a_runtime_image_and_takes_in_the_same_at_home()
    {
        using var lake = new TemporaryFolder();
        Directory.CreateDirectory(lake["image", "usr", "bin"]);
        await File.WriteAllTextAsync(lake["image", "usr", "bin", "tool"], "#!/bin/sh\n");
        await using (var packed = new GZipStream(File.Create(lake["image.tar.gz"]), CompressionLevel.Fastest))
            await TarFile.CreateFromDirectoryAsync(lake["image"], packed, includeBaseDirectory: false);
        var image = Hash(await CliProcess.RunAsync(lake.Path, "sandbox", "runtime", "import", lake["image.tar.gz"]));
        var made = await CliProcess.RunAsync(lake.Path, "catalog", "add-principal", "vendor:acme", "--organisation", "acme", "--role", "vendor");
        var key = (made.Output + made.Error).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).MaxBy(word => word.Length)!;

        using var server = CliProcess.Start(lake.Path, "serve", "--port", "0");
        try
        {
            using var client = new HttpClient { BaseAddress = new((await server.StandardOutput.ReadLineAsync())!.Split(' ')[4]) };
            client.DefaultRequestHeaders.Add("X-Plinth", "1");
            (await client.GetStringAsync("api/sandbox/runtimes")).Should().Contain(image);
            (await client.GetAsync($"api/sandbox/runtimes/{image}")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
            (await client.PostAsJsonAsync("api/sandbox/session", new { key })).EnsureSuccessStatusCode();
            (await client.GetAsync($"api/sandbox/runtimes/{new string('0', 64)}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
            await File.WriteAllBytesAsync(lake["downloaded.tar.gz"], await client.GetByteArrayAsync($"api/sandbox/runtimes/{image}"));
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
        }
        Hash(await CliProcess.RunAsync(lake.Path, "sandbox", "runtime", "import", lake["downloaded.tar.gz"], "--lake", lake["home"])).Should().Be(image);
    }

    private static string Hash(CliProcess.Result result)
    {
        result.Code.Should().Be(0, result.Error);
        return System.Text.RegularExpressions.Regex.Match(result.Output, "[0-9a-f]{64}").Value;
    }
}
