using System.Globalization;
using System.Security.Cryptography;

namespace Plinth.Catalog.Audit;

/// <summary>The chain's files. All but <see cref="Lines"/> want the lock.</summary>
internal sealed class AuditFile(string folder)
{
    private const int Block = 64 * 1024;
    private readonly string _lines = Path.Combine(folder, "audit.jsonl");
    private readonly string _head = Path.Combine(folder, "audit.head");

    public FileStream Lock()
    {
        Directory.CreateDirectory(folder);
        return FileLock.Take(Path.Combine(folder, "audit.lock"));
    }

    public AuditHead? Head() => AuditHead.Read(_head);

    /// <summary>The chain's end, after checking that it is the one written last or one line on (a crash came between line and head).</summary>
    /// <exception cref="AuditBrokenException">It is neither.</exception>
    public AuditHead End()
    {
        var head = Head() ?? AuditHead.Empty;
        if (LastLine() is not { } bytes)
            return head.Number == 0 ? head : throw new AuditBrokenException(1, $"all {head.Number} lines are gone");
        if (AuditLine.Parse(bytes) is not { } last)
            throw new AuditBrokenException(head.Number, "the last line cannot be read");
        if (last.Number == head.Number && last.Hash == head.Hash)
            return head;
        if (last.Number == head.Number + 1 && last.Hash == AuditLine.Hash(head.Hash, last))
            return new(last.Number, last.Hash);
        throw new AuditBrokenException(Math.Min(last.Number, head.Number) + 1, $"it ends at line {last.Number}, but line {head.Number} was written last");
    }

    /// <summary>Moves an unfinished last line into a file of its own; gives what to note of it, also when a crash came before it was noted.</summary>
    public Dictionary<string, string> SetTornAside(long next)
    {
        var pattern = string.Create(CultureInfo.InvariantCulture, $"audit.torn-{next}");
        var torn = Torn();
        if (torn.Length > 0)
        {
            var name = Path.Combine(folder, pattern);
            for (var i = 2; File.Exists(name); i++)
                name = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{pattern}.{i}"));
            using (var aside = new FileStream(name + ".tmp", FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                aside.Write(torn);
                aside.Flush(flushToDisk: true);
            }
            File.Move(name + ".tmp", name);
            using var file = new FileStream(_lines, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
            file.SetLength(file.Length - torn.Length);
            file.Flush(flushToDisk: true);
        }
        return !File.Exists(Path.Combine(folder, pattern)) ? []
            : Directory.EnumerateFiles(folder, pattern + "*").Where(f => !f.EndsWith(".tmp", StringComparison.Ordinal) && IsOf(f, pattern)).Order(StringComparer.Ordinal)
                .ToDictionary(f => Path.GetFileName(f), f => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f))), StringComparer.Ordinal);
    }

    /// <summary>Line first, then head, each on disk before the next.</summary>
    public AuditHead Append(AuditEntry entry)
    {
        using (var file = new FileStream(_lines, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0))
        {
            file.Write(AuditLine.Bytes(entry));
            file.Flush(flushToDisk: true);
        }
        var head = new AuditHead(entry.Number, entry.Hash);
        head.Write(_head);
        return head;
    }

    /// <summary>Finished lines without their ends.</summary>
    public IEnumerable<byte[]> Lines()
    {
        if (!File.Exists(_lines))
            yield break;
        using var file = new FileStream(_lines, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, Block);
        var line = new MemoryStream();
        for (int b; (b = file.ReadByte()) >= 0;)
            if (b == '\n')
            {
                yield return line.ToArray();
                line.SetLength(0);
            }
            else
                line.WriteByte((byte)b);
    }

    /// <summary>What stands after the last line end.</summary>
    public byte[] Torn() => Tail(fromEnd: 0).Line;

    private byte[]? LastLine()
    {
        var (torn, _) = Tail(fromEnd: 0);
        var (line, atEnd) = Tail(fromEnd: torn.Length + 1);
        return atEnd ? null : line;
    }

    /// <summary>The bytes from the line end before <paramref name="fromEnd"/> bytes counted from the file's end.</summary>
    private (byte[] Line, bool BeforeStart) Tail(long fromEnd)
    {
        if (!File.Exists(_lines))
            return ([], true);
        using var file = new FileStream(_lines, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var end = file.Length - fromEnd;
        if (end < 0)
            return ([], true);
        var start = end;
        var block = new byte[Block];
        while (start > 0)
        {
            var size = (int)Math.Min(Block, start);
            file.Position = start - size;
            file.ReadExactly(block, 0, size);
            var at = block.AsSpan(0, size).LastIndexOf((byte)'\n');
            start = at >= 0 ? start - size + at + 1 : start - size;
            if (at >= 0)
                break;
        }
        var line = new byte[end - start];
        file.Position = start;
        file.ReadExactly(line);
        return (line, false);
    }

    private static bool IsOf(string file, string pattern) => Path.GetFileName(file) is var name && (name == pattern || name.StartsWith(pattern + ".", StringComparison.Ordinal));
}
