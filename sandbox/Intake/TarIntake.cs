using System.Formats.Tar;
using System.IO.Compression;

namespace Plinth.Sandbox.Intake;

/// <summary>Copies a tar, plain or compressed by gzip, into a folder of ours, entry by entry, under <see cref="IntakeRules"/>. Takes files alone; folders are made when a file needs them.</summary>
internal static class TarIntake
{
    /// <summary>Beside the files: a header and up to a block of padding each, long names, the end.</summary>
    private const long Overhead = 4L << 20;

    /// <summary>Whether a file begins as one, by its content: names say little.</summary>
    public static bool IsTar(string path)
    {
        using var file = File.OpenRead(path);
        if (IsGzip(file))
            return true;
        Span<byte> magic = stackalloc byte[5];
        file.Position = Math.Min(257, file.Length);
        return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("ustar"u8);
    }

    public static async Task CopyAsync(string path, string target, IntakeRules rules, Func<Stream, string, long, Task> copy, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            var compressed = IsGzip(file);
            // the ratio is that of the whole: a tar does not say how its files were compressed
            var left = compressed ? IntakeRules.RatioAllowance + file.Length * IntakeRules.MaximumRatio : long.MaxValue;
            await using Stream open = compressed ? new GZipStream(file, CompressionMode.Decompress) : file;
            await using var capped = new CappedStream(open, IntakeRules.MaximumBytes + Overhead);
            await using var tar = new TarReader(capped);
            for (var entries = 0; await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry; entries++)
            {
                if (entries >= 2 * IntakeRules.MaximumFiles)
                    rules.Refuse($"it holds more than {IntakeRules.MaximumFiles} files"); // folders without end, too
                if (entries >= 2 * IntakeRules.MaximumFiles || rules.Over)
                    return;
                if (Admit(entry, rules) is not { } name)
                    continue;
                await copy(entry.DataStream ?? Stream.Null, Path.Combine(target, name), left);
                left = left == long.MaxValue ? left : Math.Max(0, left - entry.Length);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            rules.Refuse("it is neither a folder nor a sound .zip, .tar or .tar.gz archive");
        }
        catch (CapExceededException e)
        {
            rules.Refuse(e.Message);
        }
    }

    /// <summary>The path to write to, below the target; null for what is not written.</summary>
    private static string? Admit(TarEntry entry, IntakeRules rules)
    {
        var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name; // as "tar c ." has them
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                if (name.TrimEnd('/').Split('/').Any(part => part is ".." or ".") || name.StartsWith('/'))
                    rules.Refuse($"'{IntakeRules.Shown(name)}' is not a plain folder");
                return null;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                return rules.Admit(name) ? name : null;
            case TarEntryType.GlobalExtendedAttributes:
                return null; // a comment, as "git archive" writes
            default:
                rules.Refuse($"'{IntakeRules.Shown(name)}' is a link or a special file");
                return null;
        }
    }

    private static bool IsGzip(Stream file)
    {
        Span<byte> magic = stackalloc byte[2];
        var read = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return read == 2 && magic is [0x1f, 0x8b];
    }
}
