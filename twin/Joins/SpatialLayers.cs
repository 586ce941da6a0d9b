using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Joins;

/// <summary>The layers of one database that SQL may ask by name.</summary>
/// <remarks>
/// The functions hold a set of layers that never changes. Publishing a layer registers them anew with another set, and DuckDB lets a query under way
/// finish with the functions it began with: so no query sees two states of a layer.
/// </remarks>
internal sealed class SpatialLayers
{
    private static readonly ConditionalWeakTable<SqlDatabase, SpatialLayers> s_all = [];

    private readonly Lock _lock = new();
    private ImmutableDictionary<string, SpatialLayer> _published = ImmutableDictionary.Create<string, SpatialLayer>(StringComparer.OrdinalIgnoreCase);

    private SpatialLayers() { }

    /// <summary>Registers functions and macros in the connection's database, unless that was done.</summary>
    public static void Register(SqlConnection connection)
    {
        lock (s_all)
        {
            if (s_all.TryGetValue(connection.Database, out _))
                return;
            var layers = new SpatialLayers();
            LayerFunctions.Register(connection, new(layers._published, Own(connection.Database)));
            // Weakly: the function lives in the database, which must not be kept alive by it.
            var database = new WeakReference<SqlDatabase>(connection.Database);
            connection.Register(new TableFunction("spatial_layer", [SqlType.Varchar, SqlType.Varchar], LayerFunctions.Described, arguments =>
                layers.Publish(database.TryGetTarget(out var own) ? own : throw new ObjectDisposedException(nameof(SqlDatabase)), (string?)arguments[0], (string?)arguments[1])));
            connection.Execute(LayerMacros.Sql);
            s_all.Add(connection.Database, layers);
        }
    }

    private IEnumerable<object?[]> Publish(SqlDatabase database, string? name, string? query)
    {
        if (string.IsNullOrWhiteSpace(name) || string.IsNullOrWhiteSpace(query))
            throw new ArgumentException("spatial_layer(name, query): give the layer a name, and a query with the columns id and geometry, e.g. 'SELECT id, geom FROM community'.");
        using var connection = database.Connect();
        var layer = LayerReader.Read(connection, name, query);
        lock (_lock)
        {
            _published = _published.SetItem(name, layer);
            LayerFunctions.Register(connection, new(_published, Own(database)));
        }
        yield return LayerFunctions.Describe(layer);
    }

    /// <summary>Entities of the twin, if the database shows it: a layer for each type, read when first asked for.</summary>
    private static Func<string, SpatialLayer?> Own(SqlDatabase database)
    {
        var weak = new WeakReference<SqlDatabase>(database);
        return name =>
        {
            if (!weak.TryGetTarget(out var own))
                return null;
            using var connection = own.Connect();
            return LayerReader.OfTwin(connection, name);
        };
    }
}

/// <summary>A set of layers as a query sees it: those published, and those made of the twin when first asked for.</summary>
internal sealed class LayerSet(ImmutableDictionary<string, SpatialLayer> published, Func<string, SpatialLayer?> own)
{
    private readonly ConcurrentDictionary<string, Lazy<SpatialLayer?>> _own = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ArgumentException">There is none; the message says how to make one.</exception>
    public SpatialLayer this[string name]
    {
        get
        {
            if (published.TryGetValue(name, out var layer))
                return layer;
            if (_own.GetOrAdd(name, n => new(() => own(n))).Value is { } found)
                return found;
            _own.TryRemove(name, out _); // so that a wrong name is not remembered
            var names = published.IsEmpty ? "there is none yet" : $"there are {string.Join(", ", published.Keys.Order(StringComparer.OrdinalIgnoreCase))}";
            throw new ArgumentException($"there is no layer '{name}' ({names}, and one for each type of entity where the twin's views are); make it with "
                + $"FROM spatial_layer('{name}', 'SELECT id, geom FROM …')");
        }
    }
}
