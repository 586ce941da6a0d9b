using System.Text.RegularExpressions;

namespace Plinth.Tests.Twin.Query;

public sealed partial class DocumentedSqlTests
{
    [Fact]
    public async Task Each_query_of_the_documentation_runs_and_finds_what_there_is()
    {
        using var city = new City();
        await city.AddAsync("model.object", Rows.Building("hall", 112.97, 23.36, """{"measuredHeight": 36}""", height: 30));
        await city.AddAsync("imagery.photo", Rows.Photo("p1", 112.97, 23.36));
        await city.DeriveAsync();
        var queries = SqlBlock().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "twin.md")));
        queries.Should().HaveCount(5);
        foreach (Match query in queries)
            foreach (var one in query.Groups[1].Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var rows = await city.SqlAsync(one);
                if (!one.Contains("twin.diff", StringComparison.Ordinal)) // between its dates nothing changed in this city
                    rows.Should().NotBeEmpty(one);
            }
    }

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SqlBlock();
}
