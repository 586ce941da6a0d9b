using NetTopologySuite.Geometries;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Joins;

namespace Plinth.Twin;

/// <summary>Cells that a map is counted by: squares, hexagons, a Hilbert number, and DBSCAN clusters.</summary>
internal static class CellFunctions
{
    private static readonly double s_half = Math.Sqrt(3) / 2;

    public static void Register(SqlConnection connection)
    {
        // The square or hexagon of a size (in the geometry's units: degrees, unless transformed) that a point is in, on PostGIS' grids.
        foreach (var (name, cell) in new (string, Func<double, int, int, Polygon>)[] { ("ST_Square", Square), ("ST_Hexagon", Hexagon) })
            connection.Register(new ScalarFunction(name, [SqlType.Double, SqlType.Integer, SqlType.Integer], SqlType.Geometry, SqlGeometry.Each(name, (input, row) =>
                Wkb.Write(cell(Size(input[0].Values<double>()[row]), input[1].Values<int>()[row], input[2].Values<int>()[row])))));
        Grid(connection, "ST_SquareGrid", Square, SquaresOver);
        Grid(connection, "ST_HexagonGrid", Hexagon, HexagonsOver);
        Cell(connection, "ST_SquareCell", Square, (size, x, y) => ((int)Math.Floor(x / size), (int)Math.Floor(y / size)));
        Cell(connection, "ST_HexagonCell", Hexagon, HexagonOf);
        // Position on a Hilbert curve of 16 bits a side over a box: what is near in it is near on the map.
        SqlGeometry.Register(connection, "ST_Hilbert", 1, [SqlType.Double, SqlType.Double, SqlType.Double, SqlType.Double], SqlType.BigInt, (input, output) =>
        {
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                var shape = WkbShape.Read(SqlGeometry.Wkb(input[0], row));
                double Bound(int i, FunctionInput of) => of[i].Values<double>()[row];
                if (shape.IsEmpty)
                    output.SetNull(row);
                else
                    output.Values<long>()[row] = Hilbert.Key(((shape.MinX + shape.MaxX) / 2 - Bound(1, input)) / (Bound(3, input) - Bound(1, input)), ((shape.MinY + shape.MaxY) / 2 - Bound(2, input)) / (Bound(4, input) - Bound(2, input)));
            }
        });
        connection.Register(new ScalarFunction("twin_dbscan", [SqlType.BlobList, SqlType.Double, SqlType.Integer], SqlType.Other, (input, output) =>
        {
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                try
                {
                    var shapes = new List<Geometry>();
                    foreach (var wkb in input[0].Items(row))
                        shapes.Add(Wkb.Read(wkb));
                    var clusters = Dbscan.Of(shapes, input[1].Values<double>()[row], input[2].Values<int>()[row]);
                    clusters.CopyTo(output.SetRows(row, clusters.Length).Values<int>(0));
                }
                catch (Exception e) when (SqlGeometry.IsBadInput(e))
                {
                    throw SqlGeometry.Failure("ST_ClusterDBSCAN", row, input.Count, e);
                }
            }
        })
        { Fields = [("cluster", SqlType.Integer)] });
        // A window function in PostGIS; DuckDB knows no way to add one, so it is a table: the rows of a table or view with its column geom, and their cluster as cid.
        connection.Execute("""
            CREATE OR REPLACE MACRO ST_ClusterDBSCAN(rows_of, eps, minpoints) AS TABLE
                WITH numbered AS MATERIALIZED (SELECT *, row_number() OVER () AS cluster_row FROM query_table(rows_of)),
                clusters AS (SELECT twin_dbscan(list(coalesce(ST_AsWKB(geom), ST_AsWKB(ST_GeomFromText('GEOMETRYCOLLECTION EMPTY'))) ORDER BY cluster_row), eps::DOUBLE, minpoints::INTEGER) AS c FROM numbered)
                SELECT n.* EXCLUDE (cluster_row), nullif(k.cluster, -1) AS cid
                FROM   numbered n JOIN (SELECT unnest(c, recursive := true), generate_subscripts(c, 1) AS cluster_row FROM clusters) k USING (cluster_row)
            """);
    }

    private static double Size(double size) => size > 0 ? size : throw new ArgumentException($"the size is {size}; it must be above 0");

    private static Polygon Square(double size, int i, int j) =>
        Ring([(i * size, j * size), (i * size, (j + 1) * size), ((i + 1) * size, (j + 1) * size), ((i + 1) * size, j * size)]);

    /// <summary>Flat-topped, with edges of the size, about (1.5·size·i, √3·size·(j + ½ where i is odd)).</summary>
    private static Polygon Hexagon(double size, int i, int j)
    {
        var (x, y) = (1.5 * size * i, 2 * s_half * size * (j + ((i & 1) == 0 ? 0 : 0.5)));
        return Ring([(x - size, y), (x - (size / 2), y - (s_half * size)), (x + (size / 2), y - (s_half * size)), (x + size, y), (x + (size / 2), y + (s_half * size)), (x - (size / 2), y + (s_half * size))]);
    }

    /// <summary>The hexagon whose middle is nearest.</summary>
    private static (int I, int J) HexagonOf(double size, double x, double y)
    {
        var best = (I: 0, J: 0, Square: double.PositiveInfinity);
        var column = (int)Math.Round(x / (1.5 * size));
        for (var i = column - 1; i <= column + 1; i++)
        {
            var shift = (i & 1) == 0 ? 0 : 0.5;
            var j = (int)Math.Round((y / (2 * s_half * size)) - shift);
            var (dx, dy) = (x - (1.5 * size * i), y - (2 * s_half * size * (j + shift)));
            if ((dx * dx) + (dy * dy) < best.Square)
                best = (i, j, (dx * dx) + (dy * dy));
        }
        return (best.I, best.J);
    }

    private static Polygon Ring((double X, double Y)[] corners)
    {
        var factory = new GeometryFactory();
        return factory.CreatePolygon([.. corners.Append(corners[0]).Select(c => new Coordinate(c.X, c.Y))]);
    }

    private static IEnumerable<(int I, int J)> SquaresOver(WkbShape box, double size) =>
        from i in Between(Math.Floor(box.MinX / size), Math.Floor(box.MaxX / size))
        from j in Between(Math.Floor(box.MinY / size), Math.Floor(box.MaxY / size))
        select (i, j);

    /// <summary>PostGIS' choice: columns that reach the box, and in each the rows from the one its lower edge is in to the one of its upper edge.</summary>
    private static IEnumerable<(int I, int J)> HexagonsOver(WkbShape box, double size)
    {
        var (width, height) = (1.5 * size, 2 * s_half * size);
        var (first, last) = (Math.Floor(box.MinX / width), Math.Ceiling(box.MaxX / width));
        if (box.MinX - (first * width) > size)
            first++;
        if ((last * width) - box.MaxX > size)
            last--;
        return from i in Between(first, last)
               let shift = (i & 1) == 0 ? 0.5 : 0
               from j in Between(Math.Floor((box.MinY / height) + shift), Math.Floor((box.MaxY / height) + shift))
               select (i, j);
    }

    private static IEnumerable<int> Between(double first, double last)
    {
        for (var i = (int)first; i <= (int)last; i++)
            yield return i;
    }

    /// <summary>The cells over a geometry's box: a list of (geom, i, j).</summary>
    private static void Grid(SqlConnection connection, string name, Func<double, int, int, Polygon> cell, Func<WkbShape, double, IEnumerable<(int I, int J)>> over)
    {
        const int Most = 1_000_000;
        foreach (var form in (SqlType[])[SqlType.Geometry, SqlType.Blob, SqlType.Varchar])
            connection.Register(new ScalarFunction(name, [SqlType.Double, form], SqlType.Other, (input, output) =>
            {
                for (var row = 0; row < input.Count; row++)
                {
                    if (input.IsNull(row))
                        continue;
                    try
                    {
                        var size = Size(input[0].Values<double>()[row]);
                        var shape = WkbShape.Read(SqlGeometry.Wkb(input[1], row));
                        var cells = new List<(byte[] Wkb, int I, int J)>();
                        if (!shape.IsEmpty)
                        {
                            if ((shape.MaxX - shape.MinX) / size * ((shape.MaxY - shape.MinY) / size) > Most)
                                throw new ArgumentException($"cells of {size} over a box of {shape.MaxX - shape.MinX} by {shape.MaxY - shape.MinY} are more than {Most}");
                            foreach (var (i, j) in over(shape, size))
                                cells.Add((Wkb.Write(cell(size, i, j)), i, j));
                        }
                        var rows = output.SetRows(row, cells.Count);
                        for (var i = 0; i < cells.Count; i++)
                        {
                            rows.SetBytes(0, i, cells[i].Wkb);
                            (rows.Values<int>(1)[i], rows.Values<int>(2)[i]) = (cells[i].I, cells[i].J);
                        }
                    }
                    catch (Exception e) when (SqlGeometry.IsBadInput(e))
                    {
                        throw SqlGeometry.Failure(name, row, input.Count, e);
                    }
                }
            })
            { Fields = [("geom", SqlType.Geometry), ("i", SqlType.Integer), ("j", SqlType.Integer)] });
    }

    /// <summary>The cell that a point is in.</summary>
    private static void Cell(SqlConnection connection, string name, Func<double, int, int, Polygon> cell, Func<double, double, double, (int I, int J)> of) =>
        SqlGeometry.Register(connection, name, 1, [SqlType.Double], SqlType.Geometry, SqlGeometry.Each(name, (input, row) =>
        {
            var size = Size(input[1].Values<double>()[row]);
            if (!WkbShape.TryReadPoint(SqlGeometry.Wkb(input[0], row), out var x, out var y))
                throw new ArgumentException("the geometry is not a Point; ST_Centroid makes one of it");
            return double.IsNaN(x) ? null : of(size, x, y) is var (i, j) ? Wkb.Write(cell(size, i, j)) : null;
        }));
}
