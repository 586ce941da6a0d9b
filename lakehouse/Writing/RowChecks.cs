using System.Collections.Immutable;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Writing;

/// <summary>What each row of a table must keep: its CHECK constraints, and a value in every required column.</summary>
/// <remarks>A condition that is neither true nor false for a row (null) fails: https://github.com/delta-io/delta/blob/master/PROTOCOL.md#check-constraints.</remarks>
internal sealed class RowChecks
{
    public const string Prefix = "delta.constraints.";
    private const int RowShown = 300;

    private readonly string _table;
    private readonly ImmutableArray<RowCheck> _checks;

    private RowChecks(string table, ImmutableArray<RowCheck> checks) => (_table, _checks) = (table, checks);

    /// <summary>Whether anything has to be looked at that the files' statistics do not show by themselves.</summary>
    public bool BeyondStatistics => _checks.Any(check => !check.InStatistics);

    /// <summary>Equal for tables with equal rules.</summary>
    public string Id => string.Join('\n', _checks.Select(check => $"{check.Name}={check.Logical}"));

    /// <exception cref="TableFormatException">A constraint cannot be evaluated here, so the table cannot be written here.</exception>
    public static RowChecks Of(string table, TableSchema schema, ImmutableSortedDictionary<string, string> configuration, ColumnMapping mapping)
    {
        var physical = PhysicalSchema.Of(schema, mapping);
        var checks = ImmutableArray.CreateBuilder<RowCheck>();
        Required(checks, schema.Columns, physical.Columns, "", "", "");
        foreach (var (key, text) in configuration.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal)))
            checks.Add(Check(table, key[Prefix.Length..], text, schema, physical));
        return new(table, checks.ToImmutable());
    }

    /// <exception cref="TableFormatException">The expression cannot be evaluated here.</exception>
    public static RowCheck Check(string table, string name, string text, TableSchema schema, TableSchema physical)
    {
        try
        {
            return new($"CHECK constraint {name} ({text})", SqlExpression.Parse(text, schema, schema, strict: true).Sql, SqlExpression.Parse(text, schema, physical, strict: true).Sql);
        }
        catch (FormatException e)
        {
            throw new TableFormatException(table, Prefix + name, $"the CHECK constraint '{text}' cannot be evaluated here: {e.Message}. The table can be read but rows cannot be written.");
        }
    }

    /// <summary>Looks at the rows of <paramref name="from"/>, a table or a SELECT in parentheses.</summary>
    /// <param name="physical">Whether its columns have the names of files.</param>
    /// <param name="all">Whether also what the files' statistics will show is looked at.</param>
    /// <exception cref="WriteRefusedException">A row breaks a rule; the message names both.</exception>
    public void Verify(SqlConnection connection, string from, bool physical, bool all, CancellationToken cancellationToken)
    {
        var checks = _checks.Where(check => all || !check.InStatistics).ToList();
        if (checks.Count == 0)
            return;
        var broken = checks.Select((check, i) => $"WHEN NOT coalesce({(physical ? check.Physical : check.Logical)}, false) THEN {i.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        var found = connection.Rows($"SELECT rule, CAST(checked AS VARCHAR) FROM (SELECT CASE {string.Join(' ', broken)} END AS rule, checked FROM {from} AS checked) AS found WHERE rule IS NOT NULL LIMIT 1", null, cancellationToken);
        if (found is not [[var rule, var row]])
            return;
        var text = (string?)row ?? "";
        throw new WriteRefusedException(_table, $"{checks[Convert.ToInt32(rule, System.Globalization.CultureInfo.InvariantCulture)].Name} does not hold for the row {(text.Length > RowShown ? text[..RowShown] + "…" : text)}.");
    }

    private static void Required(ImmutableArray<RowCheck>.Builder checks, ImmutableArray<Column> fields, ImmutableArray<Column> physical, string path, string logicalParent, string physicalParent)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            var name = path + fields[i].Name;
            var logical = Inner(logicalParent, fields[i].Name);
            var stored = Inner(physicalParent, physical[i].Name);
            if (!fields[i].Nullable)
                checks.Add(new($"NOT NULL of {name}", Unless(logicalParent, logical), Unless(physicalParent, stored),
                    InStatistics: path.Length == 0 && fields[i].Type is not (DataType.Struct or DataType.Array or DataType.Map)));
            if ((fields[i].Type, physical[i].Type) is (DataType.Struct a, DataType.Struct b))
                Required(checks, a.Fields, b.Fields, name + ".", logical, stored);
        }
    }

    private static string Inner(string parent, string name) => parent.Length == 0 ? SqlText.Name(name) : $"struct_extract({parent}, {SqlText.Literal(name)})";

    private static string Unless(string parent, string value) => parent.Length == 0 ? $"{value} IS NOT NULL" : $"({parent} IS NULL OR {value} IS NOT NULL)";
}

/// <param name="Name">As a message calls it.</param>
/// <param name="Logical">The condition over the names users know.</param>
/// <param name="Physical">The same over the names in files.</param>
/// <param name="InStatistics">Whether a file's statistics show that a row breaks it.</param>
internal sealed record RowCheck(string Name, string Logical, string Physical, bool InStatistics = false);
