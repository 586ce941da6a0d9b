using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Hotline;

/// <summary>What is known of each order of a source: a row that says it all again is a duplicate, one that says something new is a further state.</summary>
internal sealed class Orders
{
    private readonly Dictionary<string, (ulong First, HashSet<ulong>? More, string? Status)> _orders = new(StringComparer.Ordinal);
    private readonly int _id, _status, _asked, _category, _service, _address, _x, _y, _duplicateOf;
    private readonly int[] _compared;

    /// <summary>Which orders are of one matter.</summary>
    private readonly Matters _matters = new();

    /// <param name="before">Rows that earlier files gave, oldest first.</param>
    public Orders(DatasetContract dataset, IEnumerable<object?[]> before)
    {
        int At(string name) => DatasetColumns.IndexOf(dataset, name);
        (_id, _status, _asked, _category, _service) = (At("service_request_id"), At("status"), At("requested_datetime"), At("category"), At("service_name"));
        (_address, _x, _y, _duplicateOf) = (At("address"), At("longitude"), At("latitude"), At("duplicate_of"));
        // What follows from other columns, or from the order of files, is no news.
        _compared = [.. Enumerable.Range(0, dataset.Columns.Length).Where(i => dataset.Columns[i].Name is not ("source_row" or "geom" or "bbox" or "duplicate_of" or "caller" or "accuracy_m" or "geocode_method" or "longitude" or "latitude"))];
        foreach (var row in before)
            if (row[_id] is string id)
            {
                Add(id, row);
                if (row[_asked] is DateTime asked)
                    _matters.Know(id, asked, row[_duplicateOf] as string, Kind(row), row[_address] as string, row[_x] as double?, row[_y] as double?);
            }
    }

    /// <summary>The id of the first order on the matter of this one, whichever file and run it came with; null where this one is the first.</summary>
    /// <param name="span">How far apart orders of one matter may be.</param>
    public string? FirstOf(string id, DateTime asked, TimeSpan span, object?[] row) =>
        _matters.Of(id, asked, span, Kind(row), row[_address] as string, row[_x] as double?, row[_y] as double?);

    private string? Kind(object?[] row) => row[_category] as string ?? row[_service] as string;

    public (bool Duplicate, bool Changed) Add(string id, object?[] row)
    {
        var said = Fingerprint(row);
        var status = row[_status] as string;
        if (!_orders.TryGetValue(id, out var known))
        {
            _orders.Add(id, (said, null, status));
            return (false, true);
        }
        var more = known.More ?? [];
        if (said == known.First || !more.Add(said))
            return (true, false);
        _orders[id] = (known.First, more, status);
        return (false, known.Status != status);
    }

    /// <summary>64 bits that differ where a value does. Never stored.</summary>
    private ulong Fingerprint(object?[] row)
    {
        var hash = 14695981039346656037ul;
        foreach (var column in _compared)
            hash = row[column] switch
            {
                null => Mix(hash, ulong.MaxValue),
                string text => Mix(hash, text),
                DateTime time => Mix(hash, (ulong)time.Ticks),
                var other => Mix(hash, Convert.ToString(other, CultureInfo.InvariantCulture)!),
            };
        return hash;
    }

    /// <summary>Four characters at a time.</summary>
    private static ulong Mix(ulong hash, string text)
    {
        var rest = text.AsSpan();
        for (; rest.Length >= 4; rest = rest[4..])
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(MemoryMarshal.AsBytes(rest)));
        foreach (var c in rest)
            hash = Mix(hash, c);
        return Mix(hash, (ulong)text.Length);
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15ul;
        return hash ^ (hash >> 32);
    }
}
