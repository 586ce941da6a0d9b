using System.Reflection;
using System.Runtime.CompilerServices;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>Each assembly's public members in a golden file, so that a change of face is seen in review. PLINTH_REDRAW=1 redraws them.</summary>
public sealed class PublicFaceTests
{
    [Theory]
    [InlineData("Plinth.Lakehouse")]
    [InlineData("Plinth.Catalog")]
    [InlineData("Plinth.Ingestion")]
    [InlineData("Plinth.Twin")]
    [InlineData("Plinth.Sandbox")]
    [InlineData("Plinth.Modules")]
    [InlineData("Plinth.Jobs")]
    public void The_public_face_is_the_one_that_was_reviewed(string assembly)
    {
        var golden = Path.Combine(Repository.Root, "tests", "app", "faces", assembly + ".txt");
        var face = string.Join('\n', Describe(Assembly.Load(assembly))) + "\n";
        if (Environment.GetEnvironmentVariable("PLINTH_REDRAW") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(golden)!);
            File.WriteAllText(golden, face);
        }

        face.Should().Be(File.ReadAllText(golden), "a changed face is redrawn with PLINTH_REDRAW=1 and reviewed");
    }

    private static IEnumerable<string> Describe(Assembly assembly) =>
        from type in assembly.GetExportedTypes()
        orderby type.FullName
        from line in new[] { Kind(type) + " " + Name(type) }.Concat(Members(type).Order(StringComparer.Ordinal).Distinct().Select(m => "    " + m))
        select line;

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
        : type.IsValueType ? "struct" : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsAbstract ? "abstract class" : "class";

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return Enum.GetNames(type);
        var isRecord = type.GetMethod("<Clone>$") is not null || type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null;
        string[] made = isRecord ? ["Equals", "GetHashCode", "ToString", "Deconstruct", "op_Equality", "op_Inequality", "<Clone>$"] : [];
        return type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(m => !made.Contains(m.Name) && (m is PropertyInfo || m.GetCustomAttribute<CompilerGeneratedAttribute>() is null))
            .Select(m => m switch
            {
                ConstructorInfo c => $"new({Parameters(c)})",
                MethodInfo { IsSpecialName: false } f => $"{Name(f.ReturnType)} {f.Name}{(f.IsGenericMethod ? "<" + string.Join(", ", f.GetGenericArguments().Select(a => a.Name)) + ">" : "")}({Parameters(f)})",
                PropertyInfo p => $"{Name(p.PropertyType)} {p.Name} {{ {(p.GetMethod?.IsPublic == true ? "get; " : "")}{(p.SetMethod?.IsPublic == true ? "set; " : "")}}}",
                FieldInfo d => $"{Name(d.FieldType)} {d.Name}",
                _ => null,
            }).OfType<string>();
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!) + "&";
        var nested = type is { IsNested: true, IsGenericParameter: false } ? Name(type.DeclaringType!) + "." : "";
        if (!type.IsGenericType)
            return nested + type.Name;
        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return nested + (tick < 0 ? type.Name : type.Name[..tick]) + "<" + string.Join(", ", type.GetGenericArguments().Select(Name)) + ">";
    }
}
