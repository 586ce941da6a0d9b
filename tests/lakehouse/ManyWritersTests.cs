using System.Globalization;
using Plinth.Lakehouse;
using Plinth.Tests.Lakehouse.Soak;
using Plinth.Tests.Lakehouse.Stores;

namespace Plinth.Tests.Lakehouse;

/// <summary>64 writers in four processes that begin together.</summary>
public sealed class ManyWritersTests(Azurite azurite) : IDisposable
{
    private const int Processes = 4;
    private const int WritersEach = 16;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task On_a_local_disk_each_version_has_exactly_one_winner_and_every_row_is_there_once() =>
        await RunAsync(_folder["lake"], commitsEach: 2, new Dictionary<string, string>(), () => Lake.Open(new(_folder["lake"])));

    [Fact]
    public async Task In_a_container_each_version_has_exactly_one_winner_and_every_row_is_there_once()
    {
        var root = await azurite.ContainerAsync() + "/lake";
        var environment = new Dictionary<string, string> { ["AZURE_STORAGE_KEY"] = azurite.KeyForChildren, ["PLINTH_LOCAL"] = _folder["local"] };
        await RunAsync(root, commitsEach: 1, environment, () => Lake.Open(new(root) { Credentials = azurite.Credentials, LocalFolder = _folder["reader"] }));
    }

    private static async Task RunAsync(string root, int commitsEach, Dictionary<string, string> environment, Func<Lake> open)
    {
        var number = Processes * WritersEach * commitsEach;
        var processes = Enumerable.Range(0, Processes).Select(process => Child.Start([Program.AppendMode, root, Text(process * WritersEach * commitsEach), Text(commitsEach), Text(WritersEach)], environment)).ToList();
        foreach (var process in processes)
            (await process.StandardOutput.ReadLineAsync()).Should().Be("ready");
        foreach (var process in processes)
            await process.StandardInput.WriteLineAsync("go");
        var said = await Task.WhenAll(processes.Select(async p => (Out: await p.StandardOutput.ReadToEndAsync(), Error: await p.StandardError.ReadToEndAsync())));

        var won = said.SelectMany(s => s.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(line => line.Split(' ')).ToDictionary(line => Number(line[0]), line => Number(line[1]));
        won.Values.Order().Should().Equal(Enumerable.Range(0, number).Select(v => (long)v), string.Concat(said.Select(s => s.Error)));
        using var lake = open();
        (await lake.IdsAsync()).Should().Equal(Enumerable.Range(0, number).Select(v => (long)v));
        foreach (var (id, version) in won.Where(w => w.Value % 16 == 0))
            (await lake.IdsAsync(TableVersion.At(version))).Should().HaveCount((int)version + 1).And.Contain(id, "the version is its winner's");
        (await lake.HistoryAsync(Given.Readings)).Select(record => record.Timestamp).Should().BeInDescendingOrder().And.OnlyHaveUniqueItems();
        processes.ForEach(p => p.Dispose());
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    public void Dispose() => _folder.Dispose();
}
