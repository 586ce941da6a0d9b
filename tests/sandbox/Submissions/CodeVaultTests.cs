using System.Text;
using Plinth.Sandbox.Intake;
using Plinth.Sandbox.Submissions;

namespace Plinth.Tests.Submissions;

public sealed class CodeVaultTests
{
    [Fact]
    public async Task What_is_sealed_opens_to_the_same_files_and_shows_nothing_of_them_at_rest()
    {
        using var folder = new TemporaryFolder();
        var (vault, content) = await SealAsync(folder, new string('s', 3 << 20) + "my secret algorithm");
        var files = vault.Open(content);
        files.Keys.Should().Equal("lib/words.py", "main.py");
        Encoding.UTF8.GetString(files["main.py"]).Should().EndWith("my secret algorithm");
        var bytes = await File.ReadAllBytesAsync(vault.PathOf(content));
        foreach (var plain in new[] { "my secret algorithm", "main.py", "ssssssss" })
            bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(plain)).Should().Be(-1);
        File.GetUnixFileMode(folder["key"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(vault.PathOf(content)).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(30)]
    [InlineData(-1)]
    [InlineData(-20)]
    [InlineData(2_000_000)]
    public async Task One_changed_byte_anywhere_is_found(int at)
    {
        using var folder = new TemporaryFolder();
        var (vault, content) = await SealAsync(folder, new string('s', 3 << 20));
        var bytes = await File.ReadAllBytesAsync(vault.PathOf(content));
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        await File.WriteAllBytesAsync(vault.PathOf(content), bytes);
        vault.Invoking(v => v.Open(content)).Should().Throw<InvalidDataException>().WithMessage("*was changed after it was taken in*");
    }

    [Fact]
    public async Task A_file_cut_at_a_parts_end_or_put_in_anothers_place_or_under_another_key_does_not_open()
    {
        using var folder = new TemporaryFolder();
        var (vault, content) = await SealAsync(folder, new string('s', 3 << 20));
        var bytes = await File.ReadAllBytesAsync(vault.PathOf(content));
        await File.WriteAllBytesAsync(vault.PathOf(content), bytes[..(68 + 2 * ((1 << 20) + 16))]);
        vault.Invoking(v => v.Open(content)).Should().Throw<InvalidDataException>();
        var other = new string('0', 64);
        await File.WriteAllBytesAsync(vault.PathOf(other), bytes);
        vault.Invoking(v => v.Open(other)).Should().Throw<InvalidDataException>();
        await File.WriteAllBytesAsync(vault.PathOf(content), bytes);
        vault.Open(content).Should().HaveCount(2);
        new CodeVault(folder["vault"], folder["another-key"]).Invoking(v => v.Open(content)).Should().Throw<InvalidDataException>().WithMessage("*'another-key' is not the key*");
    }

    private static async Task<(CodeVault Vault, string Content)> SealAsync(TemporaryFolder folder, string code)
    {
        Directory.CreateDirectory(folder["code", "lib"]);
        await File.WriteAllTextAsync(folder["code", "main.py"], code);
        await File.WriteAllTextAsync(folder["code", "lib", "words.py"], "x = 1");
        var content = SubmissionIntake.ContentHash(await SubmissionIntake.FilesAsync(folder["code"], CancellationToken.None));
        var vault = new CodeVault(folder["vault"], folder["key"]);
        vault.Seal(content, folder["code"]);
        return (vault, content);
    }
}
