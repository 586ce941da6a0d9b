using System.Collections.Immutable;
using Plinth.Catalog.Access;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Catalog;

/// <summary>What came of asking at the door.</summary>
public abstract record Passage
{
    private Passage() { }

    /// <summary>Let through: exactly these rows and columns.</summary>
    public sealed record Granted(Principal Principal, string Purpose, ImmutableArray<GovernedTable> Tables) : Passage
    {
        /// <summary>Makes a view <c>schema.table</c> of each governed table on a fresh connection, for SQL that the program itself writes.</summary>
        /// <remarks>A view reads the lake's files, so the connection can still open them: never run somebody else's SQL on it, see <see cref="Seal"/>.</remarks>
        public void CreateViews(SqlConnection connection) => Create(connection, "VIEW");

        /// <summary>Copies what is visible into tables <c>schema.table</c> on a fresh connection, then closes its database to files, settings and extensions, for good.</summary>
        /// <remarks>For SQL that others write: nothing else is there to read. Register functions before. The tables must fit into the database's memory limit.</remarks>
        public void Seal(SqlConnection connection)
        {
            // DuckDB leaves its temporary folder open for reading and writing when all other files are closed: so there is none.
            connection.Execute("SET temp_directory = ''");
            Create(connection, "TABLE");
            connection.Execute("SET enable_external_access = false");
            connection.Execute("SET lock_configuration = true");
        }

        private void Create(SqlConnection connection, string kind)
        {
            foreach (var table in Tables)
            {
                connection.Execute($"CREATE SCHEMA IF NOT EXISTS {SqlText.Name(table.Table.Schema)}");
                connection.Execute($"CREATE {kind} {SqlText.Name(table.Table.Schema)}.{SqlText.Name(table.Table.Name)} AS {table.Sql}");
            }
        }
    }

    /// <summary>Turned away, and why (fit for the one who asked).</summary>
    public sealed record Refused(Principal Principal, string Purpose, string Reason) : Passage;

    /// <summary>The granted passage.</summary>
    /// <exception cref="AccessRefusedException">It was refused.</exception>
    public Granted Require() => this as Granted ?? throw new AccessRefusedException((Refused)this);
}

/// <summary>A table as one principal may see it for one purpose.</summary>
/// <param name="Select">Makes <see cref="Sql"/>, which brings a table of a lake elsewhere to this machine: so only when it is asked for.</param>
/// <param name="Masked">Columns that come out as NULL.</param>
public sealed record GovernedTable(TableName Table, long Version, string? GrantId, Lazy<string> Select, ImmutableArray<string> Columns, ImmutableArray<string> Masked)
{
    /// <summary>A SELECT that gives the visible rows and columns, masked where the grant says so.</summary>
    public string Sql => Select.Value;
}

/// <summary>The door did not open.</summary>
public sealed class AccessRefusedException(Passage.Refused refusal) : LakeException($"{refusal.Principal.Name} may not read for '{refusal.Purpose}': {refusal.Reason}")
{
    /// <summary>The refusal.</summary>
    public Passage.Refused Refusal { get; } = refusal;
}
