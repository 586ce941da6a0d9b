using Plinth.Twin;
using Plinth.Twin.Query;

namespace Plinth.Tests.Twin.Query;

/// <summary>Twins too large for memory are laid out in a file under <c>cache/twin</c>; here every twin is too large.</summary>
public sealed class HeldFileTests : IDisposable
{
    private readonly City _city = new();

    private string Folder => Path.Combine(_city.Lake.Root, "cache", "twin");

    private string[] Files => [.. Directory.EnumerateFiles(Folder, "*.duckdb").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_file_is_used_again_and_what_came_since_lies_beside_it_until_it_is_much()
    {
        await BuildAsync(0, 40);
        Heights(40).Should().OnlyContain(h => h == 30.0);
        var first = Files.Should().ContainSingle().Subject;

        // One new building, and one of the old ones measured anew.
        await _city.AddAsync("model.object", Building(40, 31), Building(7, 99));
        await _city.DeriveAsync();
        Heights(41).Should().Equal([.. Enumerable.Range(0, 41).Select(i => i switch { 7 => 99.0, 40 => 31.0, _ => 30.0 })]);
        Files.Should().Equal(first);

        await BuildAsync(41, 80);
        Heights(80)[79].Should().Be(30.0);
        Files.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_deleted_or_damaged_file_is_made_anew()
    {
        await BuildAsync(0, 10);
        Heights(10);
        File.Delete(Files.Single());
        Heights(10)[9].Should().Be(30.0);
        File.WriteAllText(Files.Single(), "not a database");
        Heights(10)[9].Should().Be(30.0);
        Files.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_file_with_rows_that_a_table_no_longer_has_is_not_used()
    {
        await BuildAsync(0, 10);
        Heights(10);
        // The entities are written over by fewer of them: nothing but their identifiers is left of the others.
        await _city.RewriteAsync("twin.entity", new { entity_id = Id(3), type = "Building", name = "alone", recorded_from = Shape.At("2024-06-01T00:00:00Z"), source_id = "s", source_table = "t", source_version = 0L, source_row = "r", run_id = "x" });
        using var twin = CityTwin.Open(_city.Catalog, mostRowsInMemory: 0);
        twin.Counts().Should().Equal(("Building", 1L));
        twin.Entity(Id(3))!.Name.Should().Be("alone");
        twin.Entity(Id(4)).Should().BeNull();
        Files.Should().HaveCount(2);
    }

    [Fact]
    public async Task What_a_killed_process_left_half_made_goes_at_the_next_opening()
    {
        await BuildAsync(0, 10);
        Directory.CreateDirectory(Path.Combine(Folder, "0123.spill"));
        File.WriteAllText(Path.Combine(Folder, "0123.spill", "block"), "");
        File.WriteAllText(Path.Combine(Folder, "0123.making"), "half");
        File.WriteAllText(Path.Combine(Folder, "0123.making.wal"), "half");
        Heights(10);
        Directory.EnumerateFileSystemEntries(Folder).Select(Path.GetFileName).Should().BeEquivalentTo(Path.GetFileName(Files.Single()), "making.lock");
    }

    [Fact]
    public async Task Of_several_that_open_at_once_one_makes_the_file_and_the_others_wait_for_it()
    {
        await BuildAsync(0, 10);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Heights(10)[5].Should().Be(30.0))));
        Files.Should().ContainSingle();

        // While another holds the lock, nothing of what it makes is touched.
        File.Delete(Files.Single());
        Task<double[]> waiting;
        using (HeldLock.Take(Folder))
        {
            File.WriteAllText(Path.Combine(Folder, "other.making"), "in work");
            waiting = Task.Run(() => Heights(10));
            (await Task.WhenAny(waiting, Task.Delay(300))).Should().NotBe(waiting);
            File.Exists(Path.Combine(Folder, "other.making")).Should().BeTrue();
        }
        (await waiting)[5].Should().Be(30.0);
    }

    public void Dispose() => _city.Dispose();

    private static string Id(int i) => $"urn:plinth:building:0123456789abcdef:b{i}";

    private static object Building(int i, double height) => Rows.Building($"b{i}", 113.2 + (i * 0.001), 23.4, height: height);

    private async Task BuildAsync(int from, int to)
    {
        await _city.AddAsync("model.object", [.. Enumerable.Range(from, to - from).Select(i => Building(i, 30))]);
        await _city.DeriveAsync();
    }

    /// <summary>Of the first buildings, as a twin says that is opened for it.</summary>
    private double[] Heights(int count)
    {
        using var twin = CityTwin.Open(_city.Catalog, mostRowsInMemory: 0);
        return [.. Enumerable.Range(0, count).Select(i => (double)twin.Entity(Id(i))!.Facts.Single(f => f.Property == "height").Value!)];
    }
}
