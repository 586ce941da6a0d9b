using System.Security.Cryptography;
using System.Text;

namespace Plinth.Lakehouse.Reading;

/// <summary>
/// A tag on the files written here that names their columns: a file whose tag is that of the table's present columns is read without a look at its footer first.
/// Other writers ignore it; when they rewrite a file, the tag goes with the old one.
/// </summary>
internal static class LayoutTag
{
    public const string Key = "plinth.layout";

    public static string Of(TableSchema schema)
    {
        var columns = schema.Columns.Where(c => !schema.PartitionColumns.Contains(c.Name, StringComparer.OrdinalIgnoreCase) && c.Type is not DataType.Primitive { Name: "void" });
        var text = string.Join('\n', columns.Select(c => $"{c.Name} {SqlText.Type(c.Type)}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }
}
