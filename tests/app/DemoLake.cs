using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>A folder with a lake on which the demo has run once; shared by the tests that only look.</summary>
public sealed class DemoLake : IAsyncLifetime
{
    public const string Name = "demo lake";

    private readonly TemporaryFolder _folder = new("demolake");

    internal string Folder => _folder.Path;

    internal CliProcess.Result Demo { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Demo = await CliProcess.RunAsync(Folder, "demo");

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

[CollectionDefinition(DemoLake.Name)]
public sealed class DemoLakeCollection : ICollectionFixture<DemoLake>;
