using Plinth.Catalog;
using Plinth.Ingestion;
using Plinth.Lakehouse;

namespace Plinth.Tests;

public class PseudonymTests
{
    private static readonly DatasetContract Callers = new()
    {
        Table = new("hotline", "caller"), Version = "1.0.0", Title = "Callers", Owner = "Hotline office", Level = Level.L3,
        Columns =
        [
            new("id", DataType.String, true, Level.L1),
            new("phone", DataType.String, false, Level.L2, Personal: true),
            new("address", DataType.String, false, Level.L3, Personal: true),
        ],
    };

    [Fact]
    public void A_personal_value_becomes_the_same_pseudonym_under_one_key_and_another_under_another()
    {
        var one = Stored("key", "13800138000");
        one.Should().MatchRegex("^p:[0-9a-f]{32}$").And.Be(Stored("key", "13800138000"));
        one.Should().NotBe(Stored("key", "13800138001")).And.NotBe(Stored("other", "13800138000"));
    }

    [Fact]
    public void Without_a_key_a_personal_value_is_not_stored() => Stored(null, "13800138000").Should().BeNull();

    [Fact]
    public void A_column_whose_level_may_hold_personal_data_keeps_them()
    {
        object?[] row = ["1", null, "12 MAIN STREET"];
        Rule("key").Apply(Callers.Table, row);
        row.Should().Equal(new object?[] { "1", null, "12 MAIN STREET" });
    }

    private static string? Stored(string? key, string phone)
    {
        object?[] row = ["1", phone, null];
        Rule(key).Apply(Callers.Table, row);
        return (string?)row[1];
    }

    private static Pseudonyms Rule(string? key) => new(new Dictionary<TableName, DatasetContract> { [Callers.Table] = Callers }, key);
}
