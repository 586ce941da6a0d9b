using System.Text;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin;

/// <summary>Geometry arguments of SQL functions: a BLOB column of WKB, DuckDB's GEOMETRY, or text as WKT, in any mixture.</summary>
internal static class SqlGeometry
{
    private static readonly SqlType[] s_forms = [SqlType.Geometry, SqlType.Blob, SqlType.Varchar];

    [ThreadStatic] private static byte[]? t_text;
    [ThreadStatic] private static byte[]? t_textWkb;

    internal delegate T OfOne<out T>(ReadOnlySpan<byte> wkb);

    internal delegate byte[]? Bytes(FunctionInput input, int row);

    /// <summary>Registers a function under every mixture of forms of its geometry arguments, which come first.</summary>
    public static void Register(SqlConnection connection, string name, int geometries, SqlType[] others, SqlType returns, ScalarBody body)
    {
        var mixtures = 1;
        for (var i = 0; i < geometries; i++)
            mixtures *= s_forms.Length;
        for (var mixture = 0; mixture < mixtures; mixture++)
        {
            var parameters = new List<SqlType>();
            for (int i = 0, rest = mixture; i < geometries; i++, rest /= s_forms.Length)
                parameters.Add(s_forms[rest % s_forms.Length]);
            connection.Register(new ScalarFunction(name, [.. parameters, .. others], returns, body));
        }
    }

    /// <summary>One number a geometry; null becomes NULL.</summary>
    public static void Number(SqlConnection connection, string name, OfOne<double?> of) =>
        Register(connection, name, 1, [], SqlType.Double, (input, output) =>
        {
            var geometry = input[0];
            var values = output.Values<double>();
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                try
                {
                    if (of(Wkb(geometry, row)) is { } value)
                        values[row] = value;
                    else
                        output.SetNull(row);
                }
                catch (Exception e) when (IsBadInput(e))
                {
                    throw Failure(name, row, input.Count, e);
                }
            }
        });

    /// <summary>One whole number a geometry; null becomes NULL.</summary>
    public static void Whole(SqlConnection connection, string name, Func<NetTopologySuite.Geometries.Geometry, int?> of) =>
        Register(connection, name, 1, [], SqlType.Integer, (input, output) =>
        {
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                try
                {
                    if (of(Twin.Wkb.Read(Wkb(input[0], row))) is { } value)
                        output.Values<int>()[row] = value;
                    else
                        output.SetNull(row);
                }
                catch (Exception e) when (IsBadInput(e))
                {
                    throw Failure(name, row, input.Count, e);
                }
            }
        });

    /// <summary>A geometry of a geometry; null becomes NULL.</summary>
    public static void Of(SqlConnection connection, string name, Func<NetTopologySuite.Geometries.Geometry, NetTopologySuite.Geometries.Geometry?> of) =>
        Register(connection, name, 1, [], SqlType.Geometry, Each(name, (input, row) => Made(of(Twin.Wkb.Read(Wkb(input[0], row))))));

    /// <summary>A geometry of a geometry and a number (a fraction, a distance).</summary>
    public static void Measured(SqlConnection connection, string name, Func<NetTopologySuite.Geometries.Geometry, double, NetTopologySuite.Geometries.Geometry?> of) =>
        Register(connection, name, 1, [SqlType.Double], SqlType.Geometry, Each(name, (input, row) => Made(of(Twin.Wkb.Read(Wkb(input[0], row)), input[1].Values<double>()[row]))));

    /// <summary>A geometry of a geometry and a whole number (which part).</summary>
    public static void Numbered(SqlConnection connection, string name, Func<NetTopologySuite.Geometries.Geometry, int, NetTopologySuite.Geometries.Geometry?> of) =>
        Register(connection, name, 1, [SqlType.Integer], SqlType.Geometry, Each(name, (input, row) => Made(of(Twin.Wkb.Read(Wkb(input[0], row)), input[1].Values<int>()[row]))));

    private static byte[]? Made(NetTopologySuite.Geometries.Geometry? geometry) => geometry is null ? null : Twin.Wkb.Write(geometry);

    /// <summary>One truth value a geometry.</summary>
    public static void Truth(SqlConnection connection, string name, OfOne<bool> of) =>
        Register(connection, name, 1, [], SqlType.Boolean, (input, output) =>
        {
            var geometry = input[0];
            var values = output.Values<bool>();
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row))
                    continue;
                try
                {
                    values[row] = of(Wkb(geometry, row));
                }
                catch (Exception e) when (IsBadInput(e))
                {
                    throw Failure(name, row, input.Count, e);
                }
            }
        });

    /// <summary>Text (UTF-8), bytes or a geometry (WKB) a row; null becomes NULL.</summary>
    public static ScalarBody Each(string name, Bytes of) => (input, output) =>
    {
        for (var row = 0; row < input.Count; row++)
        {
            if (input.IsNull(row))
                continue;
            try
            {
                if (of(input, row) is { } bytes)
                    output.SetBytes(row, bytes);
                else
                    output.SetNull(row);
            }
            catch (Exception e) when (IsBadInput(e))
            {
                throw Failure(name, row, input.Count, e);
            }
        }
    };

    /// <summary>The WKB of a row, in place unless it is text.</summary>
    public static ReadOnlySpan<byte> Wkb(Vector vector, int row)
    {
        var bytes = vector.Bytes(row);
        return vector.Kind == SqlType.Varchar ? OfText(bytes) : bytes;
    }

    public static string Text(Vector vector, int row) => Encoding.UTF8.GetString(vector.Bytes(row));

    private static byte[] OfText(ReadOnlySpan<byte> text)
    {
        if (t_textWkb is null || !text.SequenceEqual(t_text))
        {
            t_textWkb = Twin.Wkb.Write(Twin.Wkb.FromText(Encoding.UTF8.GetString(text)));
            t_text = text.ToArray();
        }
        return t_textWkb;
    }

    /// <summary>Faults of the geometry itself, which deserve to be told with the row; all others are faults of this program.</summary>
    public static bool IsBadInput(Exception e) =>
        e is FormatException or ArgumentException or UnknownCrsException or NetTopologySuite.Geometries.TopologyException or NotSupportedException;

    /// <summary>The row is counted within the block that the engine handed over: rows have no number of their own.</summary>
    public static Exception Failure(string name, int row, int count, Exception e) =>
        new InvalidOperationException($"{name}, row {row + 1} of a block of {count}: {e.Message.TrimEnd('.')}.", e);
}
