using System.Text;
using Plinth.Lakehouse.Delta;

namespace Plinth.Tests.Lakehouse;

/// <summary>The set of live files holds what a plain dictionary would hold, however many versions were laid over one another.</summary>
public sealed class FileSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_any_sequence_of_changes_the_set_is_what_was_added_and_not_removed(int seed)
    {
        var random = new Random(seed);
        var columns = new FileColumns();
        columns.From(null);
        var expected = new Dictionary<FileKey, AddFile>();
        for (var i = 0; i < (seed == 1 ? 0 : 3000); i++) // as from a checkpoint, some of them twice, some with a path that is encoded
        {
            var file = File(random);
            columns.Add(Encoding.UTF8.GetBytes(file.Path), file.Size, file.ModificationTime, 0, -1, null, default, i);
            expected[file.Key] = columns[columns.Find(file.Key)];
        }
        var set = FileSet.Of(columns);
        set.Should().BeEquivalentTo(expected.Values);
        for (var version = 0; version < 60; version++)
        {
            var before = (set.Count, Files: set.ToHashSet());
            List<FileKey> removed = [.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => File(random).Key)];
            List<AddFile> added = [.. Enumerable.Range(0, random.Next(0, version % 10 == 0 ? 2500 : 60)).Select(_ => File(random))];
            var next = set.With(removed, added);
            removed.ForEach(key => expected.Remove(key));
            added.ForEach(file => expected[file.Key] = file);

            next.Count.Should().Be(expected.Count);
            next.ToHashSet().SetEquals(expected.Values).Should().BeTrue();
            next.All(file => next.ContainsKey(file.Key) && next.GetValueOrDefault(file.Key) == expected[file.Key]).Should().BeTrue();
            removed.Except(added.Select(file => file.Key)).Any(next.ContainsKey).Should().BeFalse();
            (set.Count, set.ToHashSet().SetEquals(before.Files)).Should().Be((before.Count, true), "a version's files never change");
            var list = next.ToList();
            Enumerable.Range(0, list.Count).Select(number => list[number]).ToHashSet().SetEquals(expected.Values).Should().BeTrue();
            set = next;
        }
    }

    private static AddFile File(Random random) => random.Next(4000) is var n && n % 10 == 0 ? new($"d%3D%E5%8C%BA/part-{n}.parquet", 1, random.Next()) : new($"part-{n}.parquet", 1, random.Next());
}
