using System.Text;
using Plinth.Catalog;
using Plinth.Catalog.Contracts;
using Plinth.Catalog.Control;

namespace Plinth.Tests.Catalog;

public sealed class PrincipalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("access");

    private static Principal Acme => new("vendor:acme", "ACME", ["vendor", "reviewer"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_key_is_shown_once_and_opens_as_its_principal_also_in_another_process_life()
    {
        var key = Register().AddPrincipal(Acme);

        key.Should().MatchRegex("^plk_[A-Za-z0-9_-]{43}$");
        Register().Authenticate(key!).Should().BeEquivalentTo(Acme);
        Register().AddPrincipal(Acme).Should().BeNull("it is there already, and its key is not told twice");
        Register().Find("vendor:acme").Should().BeEquivalentTo(Acme);
        Register().Principals().Should().ContainSingle();
    }

    [Fact]
    public void A_key_that_differs_in_one_character_opens_nothing()
    {
        var key = Register().AddPrincipal(Acme)!;

        var other = key[..10] + (key[10] == 'A' ? 'B' : 'A') + key[11..];

        Register().Authenticate(other).Should().BeNull();
        Register().Authenticate("").Should().BeNull();
        Register().Authenticate(key["plk_".Length..]).Should().BeNull();
        Register().Authenticate(new string('x', 1_000_000)).Should().BeNull();
    }

    [Fact]
    public void A_key_lies_nowhere_in_clear()
    {
        var key = Register().AddPrincipal(Acme)!;

        foreach (var file in Directory.EnumerateFiles(_folder.Path))
        {
            var bytes = Encoding.Latin1.GetString(File.ReadAllBytes(file));
            bytes.Should().NotContain(key["plk_".Length..]).And.NotContain(key[4..14]);
        }
        Directory.EnumerateFiles(_folder.Path, "plinth.db*").Sum(f => new FileInfo(f).Length).Should().BeGreaterThan(1000);
    }

    [Theory]
    [InlineData("acme", "vendor", "*'acme' is not a name for a principal; write kind:name, e.g. vendor:acme or person:li")]
    [InlineData("vendor:a b", "vendor", "*'vendor:a b' is not a name*")]
    [InlineData("system:operator", "operator", "*'system:operator' is not a name*")]
    [InlineData("person:李", "king", "*role 'king' is not known; known are operator, steward, planner, vendor, module, reviewer, ingest")]
    public void A_principal_that_cannot_be_is_refused_with_what_to_write(string name, string role, string message) =>
        Register().Invoking(r => r.AddPrincipal(new(name, "o", [role]))).Should().Throw<AccessException>().WithMessage(message);

    [Fact]
    public void Adding_a_principal_is_a_line_of_the_audit_chain_without_the_key()
    {
        var key = Register().AddPrincipal(Acme)!;

        var line = new AuditChain(_folder.Path, TimeProvider.System).Read().Should().ContainSingle().Subject;
        (line.Action, line.Details["name"]).Should().Be(("access.principal_added", "vendor:acme"));
        string.Concat(line.Details.Values).Should().NotContain(key["plk_".Length..]);
    }

    [Fact]
    public void Many_threads_that_add_the_same_principal_get_one_key_between_them()
    {
        var keys = new string?[8];
        Parallel.For(0, keys.Length, i => keys[i] = Register().AddPrincipal(Acme));

        keys.OfType<string>().Should().ContainSingle();
    }

    private AccessRegister Register() =>
        new(new ControlStore(_folder.Path), new ContractLibrary(ContractLibrary.ShippedFolder).Datasets, new AuditChain(_folder.Path, TimeProvider.System), TimeProvider.System);
}
