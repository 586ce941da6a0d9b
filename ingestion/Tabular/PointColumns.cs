using System.Collections.Immutable;
using Plinth.Catalog;

namespace Plinth.Ingestion.Tabular;

/// <summary>What follows from a row's position: <c>longitude, latitude</c> in OGC:CRS84, <c>geom, bbox, source_crs, geocode_method, accuracy_m</c>.</summary>
/// <remarks>
/// The layout maps <c>longitude</c> and <c>latitude</c> to the source's x and y in the source's CRS. A position that the layout calls none, (0, 0), or one
/// half of a position is no position: null, <c>geocode_method</c> <c>none</c>. Otherwise the method is <c>source</c>, unless the layout maps it.
/// </remarks>
internal sealed class PointColumns
{
    /// <summary>How near to a «no position» of the layout a position is taken for it, in the source's unit (degrees: about 0.1 m).</summary>
    private const double Same = 1e-6;

    private readonly FileInput _input;
    private readonly int _x, _y, _geom, _bbox, _method, _accuracy, _crs;
    private readonly bool _mapped;
    private readonly ImmutableArray<(double X, double Y)> _none;

    public PointColumns(FileInput input, DatasetContract dataset, IReadOnlyCollection<string> mapped)
    {
        _input = input;
        int At(string name) => DatasetColumns.IndexOf(dataset, name);
        (_x, _y, _geom, _bbox) = (At("longitude"), At("latitude"), At("geom"), At("bbox"));
        (_method, _accuracy, _crs) = (At("geocode_method"), At("accuracy_m"), At("source_crs"));
        _mapped = _x >= 0 && _y >= 0 && mapped.Contains("longitude") && mapped.Contains("latitude");
        _none = input.Contract.NoPosition;
    }

    /// <summary>Fills the columns.</summary>
    /// <returns>Why the row is to be rejected, or null.</returns>
    public string? Complete(object?[] row)
    {
        if (!_mapped || row[_x] is not double x || row[_y] is not double y || IsNone(x, y))
        {
            Clear(row);
            return null;
        }
        if (!_input.Coordinates.TryToCrs84(_input.Contract.Crs, x, y, out var longitude, out var latitude))
            return FormattableString.Invariant($"lies at ({x}, {y}), which has no place on earth in {_input.Contract.Crs}; look at 'crs' and at the order of the columns");
        (row[_x], row[_y]) = (longitude, latitude);
        Set(row, _geom, Wkb.Point(longitude, latitude));
        Set(row, _bbox, Wkb.Bbox(longitude, latitude, longitude, latitude));
        if (_crs >= 0)
            row[_crs] ??= _input.Contract.Crs;
        if (_method >= 0)
            row[_method] ??= "source";
        return null;
    }

    private bool IsNone(double x, double y)
    {
        if (x == 0 && y == 0)
            return true;
        foreach (var none in _none)
            if (Math.Abs(none.X - x) < Same && Math.Abs(none.Y - y) < Same)
                return true;
        return false;
    }

    private void Clear(object?[] row)
    {
        foreach (var index in (ReadOnlySpan<int>)[_x, _y, _accuracy])
            Set(row, index, null);
        Set(row, _method, "none");
    }

    private static void Set(object?[] row, int index, object? value)
    {
        if (index >= 0)
            row[index] = value;
    }
}
