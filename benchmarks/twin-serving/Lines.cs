namespace Plinth.Benchmarks;

/// <summary>Progress on stderr.</summary>
internal sealed class Lines : IProgress<string>
{
    public void Report(string value) => Console.Error.WriteLine(value);
}
