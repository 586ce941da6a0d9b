using System.Text;

namespace Plinth.Tests.Submissions;

/// <summary>Writes a small ONNX model: one LabelEncoder from the text input <c>words</c> to the text output <c>kind</c>. Fields by number as in onnx.proto.</summary>
internal static class OnnxModel
{
    private const int TextType = 8;

    public static byte[] Encoder(string input, IReadOnlyDictionary<string, string> answers, string otherwise)
    {
        byte[] node = [.. Field(1, input), .. Field(2, "kind"), .. Field(4, "LabelEncoder"), .. Field(5, Strings("keys_strings", answers.Keys)), .. Field(5, Strings("values_strings", answers.Values)),
            .. Field(5, [.. Field(1, "default_string"), .. Field(4, otherwise), .. Number(20, 3)]), .. Field(7, "ai.onnx.ml")];
        byte[] graph = [.. Field(1, node), .. Field(2, "kinds"), .. Field(11, Value(input)), .. Field(12, Value("kind"))];
        return [.. Number(1, 8), .. Field(8, [.. Field(1, ""), .. Number(2, 15)]), .. Field(8, [.. Field(1, "ai.onnx.ml"), .. Number(2, 2)]), .. Field(7, graph)];
    }

    /// <summary>A tensor of text of the shape [N, 1].</summary>
    private static byte[] Value(string name) =>
        [.. Field(1, name), .. Field(2, Field(1, [.. Number(1, TextType), .. Field(2, [.. Field(1, Field(2, "N")), .. Field(1, Number(1, 1))])]))];

    private static byte[] Strings(string name, IEnumerable<string> values) => [.. Field(1, name), .. values.SelectMany(value => Field(9, value)), .. Number(20, 8)];

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] content) => [.. Varint((number << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Number(int number, int value) => [.. Varint(number << 3), .. Varint(value)];

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value > 127; value >>= 7)
            bytes.Add((byte)(value | 128));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
