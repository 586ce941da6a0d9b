using System.Xml.Linq;

namespace Plinth.App.Tests;

/// <summary>The folder table of docs/architecture.md, held against the project files (which also show references that the compiler drops).</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("lakehouse")]
    [InlineData("catalog", "lakehouse")]
    [InlineData("ingestion", "catalog", "lakehouse")]
    [InlineData("twin", "catalog", "lakehouse")]
    [InlineData("sandbox", "catalog", "lakehouse")]
    [InlineData("modules", "twin", "catalog", "lakehouse")]
    [InlineData("jobs", "modules", "sandbox", "twin", "ingestion", "catalog", "lakehouse")]
    [InlineData("app", "jobs", "modules", "sandbox", "twin", "ingestion", "catalog", "lakehouse")]
    public void A_folder_uses_only_what_its_row_names(string folder, params string[] below)
    {
        var used = Load(folder).Descendants("ProjectReference").Select(r => ((string)r.Attribute("Include")!).Replace('\\', '/').Split('/')[1]);
        used.Except(below).Should().BeEmpty();
    }

    [Theory]
    [InlineData("lakehouse", "AWSSDK.S3", "Azure.Core", "Azure.Identity")]
    [InlineData("catalog", "Microsoft.Data.Sqlite", "SQLitePCLRaw.bundle_e_sqlite3", "YamlDotNet")]
    [InlineData("ingestion", "ExcelDataReader", "MetadataExtractor", "Microsoft.Data.Sqlite", "SharpZipLib", "XmpCore")]
    [InlineData("twin", "NetTopologySuite", "ProjNET")]
    [InlineData("sandbox", "Dapper", "Microsoft.Data.Sqlite", "NetTopologySuite", "SQLitePCLRaw.bundle_e_sqlite3", "YamlDotNet")]
    [InlineData("modules")]
    [InlineData("jobs", "Microsoft.Data.Sqlite", "SQLitePCLRaw.bundle_e_sqlite3")]
    [InlineData("app", "Spectre.Console", "System.CommandLine")]
    public void A_folder_uses_only_the_packages_that_are_known_to_be_its_own(string folder, params string[] packages)
    {
        var used = Load(folder).Descendants("PackageReference").Select(r => (string)r.Attribute("Include")!);
        used.Except(packages).Should().BeEmpty();
    }

    [Fact]
    public void Every_folder_of_the_house_has_a_row_in_the_document()
    {
        var document = File.ReadAllText(Path.Combine(Plinth.Tests.Repository.Root, "docs", "architecture.md"));
        foreach (var project in Directory.EnumerateFiles(Plinth.Tests.Repository.Root, "*.csproj", SearchOption.AllDirectories)
                     .Select(p => Path.GetRelativePath(Plinth.Tests.Repository.Root, p).Replace('\\', '/')).Where(p => p.Count(c => c == '/') == 1))
            document.Should().Contain($"`{project.Split('/')[0]}`");
    }

    private static XDocument Load(string folder) =>
        XDocument.Load(Directory.EnumerateFiles(Path.Combine(Plinth.Tests.Repository.Root, folder), "*.csproj").Single());
}
