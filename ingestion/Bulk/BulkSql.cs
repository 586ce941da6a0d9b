using System.Globalization;
using System.Text;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion.Bulk;

/// <summary>Hands a part's rows to the engine: one function a column, called with positions in the part's order, from all its threads at once.</summary>
internal sealed class BulkSql : IDisposable
{
    private readonly SqlDatabase _database;
    private readonly SqlConnection _connection;
    private readonly BulkPlan _plan;
    private readonly byte[] _sourceRow;
    private readonly List<byte[]> _texts = [];
    private readonly string _select;
    private BulkPart? _part;
    private byte[][] _urns = [];
    private int _positions;

    public BulkSql(BulkPlan plan, Func<SqlDatabase> open)
    {
        (_plan, _database) = (plan, open());
        _connection = _database.Connect();
        _sourceRow = Encoding.UTF8.GetBytes($"sha256:{plan.Input.Sha256}#");
        var columns = new List<string>();
        for (var i = 0; i < plan.Dataset.Columns.Length; i++)
            columns.Add($"{Expression(i)} AS {SqlText.Name(plan.Dataset.Columns[i].Name)}");
        _select = string.Join(", ", columns);
    }

    /// <summary>The rows of a part; valid until the next.</summary>
    public RowSource Rows(BulkPart part)
    {
        _part = part;
        _urns = Array.ConvertAll(part.Streams, s => Encoding.UTF8.GetBytes(s is null ? "" : s.Urn ?? s.ThingUrn));
        while (_texts.Count < _plan.Texts.Count)
            _texts.Add(Encoding.UTF8.GetBytes(_plan.Texts.Name(_texts.Count)));
        if (_positions < part.Count)
        {
            _connection.Execute($"CREATE OR REPLACE TABLE positions AS SELECT range AS i FROM range({part.Count.ToString(CultureInfo.InvariantCulture)})");
            _positions = part.Count;
        }
        return new RowSource.Query(_connection, $"SELECT {_select} FROM positions WHERE i < {part.Count.ToString(CultureInfo.InvariantCulture)}");
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    private string Expression(int target)
    {
        var name = _plan.Dataset.Columns[target].Name;
        if (name is "datastream_id" or "thing_id")
            return Function("stream", SqlType.Varchar, Stream);
        if (name == "source_row")
            return Function("source_row", SqlType.Varchar, SourceRow);
        var mapped = Array.IndexOf(_plan.Targets, target);
        if (name == "quality")
            return Function("quality", SqlType.Varchar, (input, output) => Quality(mapped, input, output));
        if (mapped < 0)
            return _plan.Input.Contract.Columns.FirstOrDefault(c => c.Name == name)?.Constant is { } constant ? SqlText.Literal(constant) : "NULL";
        return _plan.Dataset.Columns[target].Type.ToString() switch
        {
            "double" => Function($"v{mapped}", SqlType.Double, (input, output) => Fixed(mapped, input, output, output.Values<double>(), BitConverter.Int64BitsToDouble)),
            "timestamp" => Function($"v{mapped}", SqlType.TimestampTz, (input, output) => Fixed(mapped, input, output, output.Values<long>(), v => v)),
            "string" => Function($"v{mapped}", SqlType.Varchar, (input, output) => Text(mapped, input, output)),
            _ => Function($"v{mapped}", SqlType.BigInt, (input, output) => Fixed(mapped, input, output, output.Values<long>(), v => v)),
        };
    }

    private string Function(string name, SqlType returns, ScalarBody body)
    {
        _connection.Register(new ScalarFunction($"bulk_{name}", [SqlType.BigInt], returns, body));
        return $"bulk_{name}(i)";
    }

    private void Stream(FunctionInput input, VectorWriter output)
    {
        var part = _part!;
        var at = input[0].Values<long>();
        for (var i = 0; i < at.Length; i++)
            output.SetBytes(i, _urns[(int)part.Columns[^1][at[i]]]);
    }

    private void SourceRow(FunctionInput input, VectorWriter output)
    {
        var part = _part!;
        var at = input[0].Values<long>();
        Span<byte> text = stackalloc byte[_sourceRow.Length + 20];
        _sourceRow.CopyTo(text);
        for (var i = 0; i < at.Length; i++)
        {
            part.Lines[at[i]].TryFormat(text[_sourceRow.Length..], out var digits, provider: CultureInfo.InvariantCulture);
            output.SetBytes(i, text[..(_sourceRow.Length + digits)]);
        }
    }

    /// <summary>The source's word where it has one; else <c>repeated</c> for a second value at the same time.</summary>
    private void Quality(int mapped, FunctionInput input, VectorWriter output)
    {
        var part = _part!;
        var at = input[0].Values<long>();
        for (var i = 0; i < at.Length; i++)
            if (mapped >= 0 && part.Columns[mapped][at[i]] is var code and not BulkColumn.Null)
                output.SetBytes(i, _texts[(int)code]);
            else if (part.Repeated[at[i]])
                output.SetBytes(i, "repeated"u8);
            else
                output.SetNull(i);
    }

    private void Text(int mapped, FunctionInput input, VectorWriter output)
    {
        var part = _part!;
        var at = input[0].Values<long>();
        for (var i = 0; i < at.Length; i++)
            if (part.Columns[mapped][at[i]] is var code and not BulkColumn.Null)
                output.SetBytes(i, _texts[(int)code]);
            else
                output.SetNull(i);
    }

    private void Fixed<T>(int mapped, FunctionInput input, VectorWriter output, Span<T> values, Func<long, T> of)
    {
        var part = _part!;
        var at = input[0].Values<long>();
        for (var i = 0; i < at.Length; i++)
            if (part.Columns[mapped][at[i]] is var bits and not BulkColumn.Null)
                values[i] = of(bits);
            else
                output.SetNull(i);
    }
}
