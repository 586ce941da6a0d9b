using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Joins;

/// <summary>SQL functions that ask a layer by its name; the join they replace is one function call a row.</summary>
internal static class LayerFunctions
{
    private const int MostNearest = 10_000;

    public static readonly IReadOnlyList<(string Name, SqlType Type)> Described =
        [("layer", SqlType.Varchar), ("rows", SqlType.BigInt), ("xmin", SqlType.Double), ("ymin", SqlType.Double), ("xmax", SqlType.Double), ("ymax", SqlType.Double)];

    private static readonly (string, SqlType)[] s_keyOnly = [("key", SqlType.Integer)];
    private static readonly (string, SqlType)[] s_near = [("id", SqlType.Varchar), ("metres", SqlType.Double)];
    private static readonly (string, SqlType)[] s_overlap = [("id", SqlType.Varchar), ("square_metres", SqlType.Double), ("metres", SqlType.Double)];
    private static readonly (string, SqlType)[] s_road =
        [("id", SqlType.Varchar), ("metres", SqlType.Double), ("fraction", SqlType.Double), ("lon", SqlType.Double), ("lat", SqlType.Double), ("heading", SqlType.Double)];

    public static object?[] Describe(SpatialLayer layer)
    {
        var extent = layer.Tree.Extent;
        return layer.Tree.Count == 0 ? [layer.Name, 0L, null, null, null, null] : [layer.Name, (long)layer.Count, extent.MinX, extent.MinY, extent.MaxX, extent.MaxY];
    }

    public static void Register(SqlConnection connection, LayerSet layers)
    {
        connection.Register(new ScalarFunction("region_key", [SqlType.Varchar, SqlType.Double, SqlType.Double], SqlType.Integer, (input, output) =>
            Located<int>(layers, input, output, (grid, x, y, results) => grid.Locate(x, y, MemoryMarshal.Cast<byte, int>(results)))));
        connection.Register(new ScalarFunction("region_set", [SqlType.Varchar, SqlType.Double, SqlType.Double], SqlType.BigInt, (input, output) =>
            Located<long>(layers, input, output, (grid, x, y, results) => grid.LocateSets(x, y, MemoryMarshal.Cast<byte, long>(results)))));
        Rows(connection, layers, "region_members", [SqlType.BigInt], s_keyOnly, (layer, input, row, output) =>
        {
            var members = layer.Grid.Members(input[1].Values<long>()[row]);
            members.CopyTo(output.SetRows(row, members.Length).Values<int>(0));
        });
        connection.Register(new ScalarFunction("region_id", [SqlType.Varchar, SqlType.Integer], SqlType.Varchar, (input, output) => RegionId(layers, input, output)));
        Rows(connection, layers, "regions_over", [SqlType.Double, SqlType.Double], s_keyOnly, (layer, input, row, output) =>
        {
            var found = t_found ??= [];
            found.Clear();
            layer.Grid.All(Number(input, 1, row), Number(input, 2, row), found);
            var rows = output.SetRows(row, found.Count);
            CollectionsMarshal.AsSpan(found).CopyTo(rows.Values<int>(0));
        });
        Rows(connection, layers, "nearest", [SqlType.Double, SqlType.Double, SqlType.Integer], s_near, (layer, input, row, output) =>
        {
            var most = input[3].Values<int>()[row];
            if (most is < 1 or > MostNearest)
                throw new ArgumentException($"the number of nearest is {most}; it must be 1 to {MostNearest}");
            NearestSearch.Own.Find(layer, Number(input, 1, row), Number(input, 2, row), most);
            Put(layer, NearestSearch.Own.Found, row, output);
        });
        Rows(connection, layers, "within_metres", [SqlType.Double, SqlType.Double, SqlType.Double], s_near, (layer, input, row, output) =>
        {
            NearestSearch.Own.FindWithin(layer, Number(input, 1, row), Number(input, 2, row), Number(input, 3, row));
            Put(layer, NearestSearch.Own.Found, row, output);
        });
        Rows(connection, layers, "roads_near", [SqlType.Double, SqlType.Double, SqlType.Double, SqlType.Double], s_road, (layer, input, row, output) =>
        {
            var found = RoadMatch.Find(layer, Number(input, 1, row), Number(input, 2, row), Number(input, 3, row), Number(input, 4, row));
            var rows = output.SetRows(row, found.Count);
            for (var i = 0; i < found.Count; i++)
            {
                rows.SetBytes(0, i, layer.Ids[found[i].Item]);
                (rows.Values<double>(1)[i], rows.Values<double>(2)[i], rows.Values<double>(3)[i], rows.Values<double>(4)[i], rows.Values<double>(5)[i]) =
                    (found[i].Metres, found[i].Fraction, found[i].X, found[i].Y, found[i].Heading);
            }
        });
        foreach (var form in (SqlType[])[SqlType.Geometry, SqlType.Blob, SqlType.Varchar])
            Rows(connection, layers, "overlaps", [form], s_overlap, OverlapsOf);
    }

    [ThreadStatic] private static List<int>? t_found;
    [ThreadStatic] private static List<(int Item, double Area, double Length)>? t_overlaps;

    private static void OverlapsOf(SpatialLayer layer, FunctionInput input, int row, VectorWriter output)
    {
        var (overlap, found) = (Overlap.Own, t_overlaps ??= []);
        found.Clear();
        var wkb = SqlGeometry.Wkb(input[1], row);
        WkbShape.Read(wkb);
        overlap.Left.Take(wkb);
        overlap.Candidates.Clear();
        layer.Tree.Search(overlap.Left.Box, overlap.Candidates);
        overlap.Candidates.Sort();
        foreach (var item in overlap.Candidates)
        {
            overlap.Right.Take(layer.Geometry[item]);
            if (overlap.Meet() && overlap.Measure() is var (area, length))
                found.Add((item, area, length));
        }
        var rows = output.SetRows(row, found.Count);
        for (var i = 0; i < found.Count; i++)
        {
            rows.SetBytes(0, i, layer.Ids[found[i].Item]);
            (rows.Values<double>(1)[i], rows.Values<double>(2)[i]) = (found[i].Area, found[i].Length);
        }
    }

    private delegate void Locating(RegionGrid grid, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<byte> results);

    /// <summary>Locates runs of rows that ask the same layer, nearly always the whole block. NULL rows run along, their results are dropped.</summary>
    private static void Located<T>(LayerSet layers, FunctionInput input, VectorWriter output, Locating locate) where T : unmanaged, IBinaryInteger<T>
    {
        var results = output.Values<T>();
        var names = input[0];
        var x = input[1].Values<double>();
        var y = input[2].Values<double>();
        for (var start = 0; start < input.Count;)
        {
            if (input.IsNull(start))
            {
                start++;
                continue;
            }
            var name = names.Bytes(start);
            var end = names.IsOneValue ? input.Count : start + 1;
            while (end < input.Count && (input.IsNull(end) || names.Bytes(end).SequenceEqual(name)))
                end++;
            locate(layers[Encoding.UTF8.GetString(name)].Grid, x[start..end], y[start..end], MemoryMarshal.AsBytes(results[start..end]));
            for (; start < end; start++)
                if (T.IsNegative(results[start]))
                    output.SetNull(start);
        }
    }

    private static void RegionId(LayerSet layers, FunctionInput input, VectorWriter output)
    {
        var names = input[0];
        var keys = input[1].Values<int>();
        SpatialLayer? layer = null;
        for (var row = 0; row < input.Count; row++)
        {
            if (input.IsNull(row))
                continue;
            if (layer is null || !names.Bytes(row).SequenceEqual(Encoding.UTF8.GetBytes(layer.Name)))
                layer = layers[Encoding.UTF8.GetString(names.Bytes(row))];
            if ((uint)keys[row] >= (uint)layer.Count)
                throw SqlGeometry.Failure("region_id", row, input.Count, new ArgumentException($"{keys[row]} is no key of layer '{layer.Name}', which has {layer.Count} rows"));
            output.SetBytes(row, layer.Ids[keys[row]]);
        }
    }

    private delegate void RowOf(SpatialLayer layer, FunctionInput input, int row, VectorWriter output);

    private static void Rows(SqlConnection connection, LayerSet layers, string name, SqlType[] parameters, (string, SqlType)[] fields, RowOf of) =>
        connection.Register(new ScalarFunction(name, [SqlType.Varchar, .. parameters], SqlType.Other, (input, output) =>
        {
            SpatialLayer? layer = null;
            var known = Array.Empty<byte>();
            var names = input[0];
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                try
                {
                    if (layer is null || !names.Bytes(row).SequenceEqual(known))
                    {
                        known = names.Bytes(row).ToArray();
                        layer = layers[Encoding.UTF8.GetString(known)];
                    }
                    of(layer, input, row, output);
                }
                catch (Exception e) when (SqlGeometry.IsBadInput(e))
                {
                    throw SqlGeometry.Failure(name, row, input.Count, e);
                }
            }
        })
        { Fields = fields });

    private static double Number(FunctionInput input, int argument, int row) => input[argument].Values<double>()[row];

    private static void Put(SpatialLayer layer, List<(int Item, double Metres)> found, int row, VectorWriter output)
    {
        var rows = output.SetRows(row, found.Count);
        for (var i = 0; i < found.Count; i++)
        {
            rows.SetBytes(0, i, layer.Ids[found[i].Item]);
            rows.Values<double>(1)[i] = found[i].Metres;
        }
    }
}
