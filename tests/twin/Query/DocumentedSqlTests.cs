using System.Text.RegularExpressions;

namespace Plinth.Tests.Twin.Query;

public sealed partial class DocumentedSqlTests
{
    [Fact]
    public async Task Each_query_of_the_documentation_runs_and_finds_something()
    {
        using var city = new City();
        await city.AddAsync("model.object", Rows.Building("hall", 112.97, 23.36, """{"measuredHeight": 36}""", height: 30));
        await city.AddAsync("imagery.photo", Rows.Photo("p1", 112.97, 23.36));
        await city.DeriveAsync();
        var queries = SqlBlock().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "twin.md")));
        queries.Should().HaveCount(4);
        foreach (Match query in queries)
            (await city.SqlAsync(query.Groups[1].Value)).Should().NotBeEmpty(query.Groups[1].Value);
    }

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SqlBlock();
}
