using Plinth.Catalog.Access;
using Plinth.Catalog.Contracts;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.Catalog;

/// <summary>What the city's datasets are, who may read them, and the record of who did. Safe to use from many threads and processes.</summary>
/// <remarks>Contracts come from the program's own files and from <c>&lt;lake&gt;/contracts/</c>; principals and grants lie in <c>&lt;lake&gt;/control/</c>.</remarks>
public sealed class CityCatalog : IDisposable
{
    private readonly ContractLibrary _contracts;
    private readonly Lazy<Door> _door;

    private CityCatalog(Lake lake, ContractLibrary contracts)
    {
        var control = Path.Combine(lake.Root, "control");
        (Lake, _contracts, Audit) = (lake, contracts, new(control, lake.Time));
        Access = new(new(control), contracts.Datasets, Audit, lake.Time);
        _door = new(() => new(lake, contracts.Datasets, Access, Audit));
    }

    /// <summary>Opens the catalog of a lake; makes its control store when absent.</summary>
    public static CityCatalog Open(Lake lake) => new(lake, new(ContractLibrary.ShippedFolder, Path.Combine(lake.Root, "contracts")));

    /// <summary>The lake.</summary>
    public Lake Lake { get; }

    /// <summary>All contracts of datasets, by table. A contract is read when first asked for.</summary>
    /// <exception cref="ContractException">While reading a value: its file has faults; all are listed.</exception>
    public IReadOnlyDictionary<TableName, DatasetContract> Datasets => _contracts.Datasets;

    /// <summary>All layouts, by name. A layout is read when first asked for.</summary>
    /// <exception cref="ContractException">While reading a value: its file has faults; all are listed.</exception>
    public IReadOnlyDictionary<string, SourceContract> Sources => _contracts.Sources;

    /// <summary>A layout by its name, or from a YAML file given by path.</summary>
    /// <exception cref="ContractException">There is none, or the file has faults: all are listed.</exception>
    public SourceContract Source(string nameOrFile) => _contracts.Source(nameOrFile);

    /// <summary>Principals and grants.</summary>
    public AccessRegister Access { get; }

    /// <summary>The audit chain.</summary>
    public AuditChain Audit { get; }

    /// <summary>The one governed door for reading. Each passage, granted or refused, is a line of the audit chain.</summary>
    /// <param name="purpose">What for; equal to the one of the grants.</param>
    /// <param name="datasets">Null asks for every dataset that the principal has a valid grant for under that purpose (the operator: every table). Named datasets come all or not at all.</param>
    /// <exception cref="AuditBrokenException">The passage cannot be recorded, so there is none.</exception>
    public ValueTask<Passage> EnterAsync(Principal principal, string purpose, IReadOnlyList<TableName>? datasets = null, CancellationToken cancellationToken = default) =>
        _door.Value.EnterAsync(principal, purpose, datasets, cancellationToken);

    /// <summary>Takes rows out of a table that its contract no longer keeps, as a commit that names the contract; by default only counts them. Null where the contract keeps rows for ever, or names no column from which their time counts.</summary>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    /// <exception cref="MaintenanceRefusedException">The table is on legal hold.</exception>
    public async ValueTask<RetentionReport?> RetainAsync(TableName table, bool dryRun = true, Lineage? lineage = null, CancellationToken cancellationToken = default)
    {
        if (!Datasets.TryGetValue(table, out var contract) || contract is not { Retention: { } duration, RetentionColumn: { } column })
            return null;
        var options = new RetentionOptions(column, RetentionTime.Before(duration, Lake.Time.GetUtcNow()), $"contract {table} {contract.Version} keeps rows {duration} from {column}") { DryRun = dryRun, Lineage = lineage };
        return await Lake.RetainAsync(table, options, cancellationToken);
    }

    /// <summary>Nothing is held between calls; the lake is its owner's to close.</summary>
    public void Dispose() { }
}
