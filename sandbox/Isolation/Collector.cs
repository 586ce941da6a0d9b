using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Plinth.Sandbox.Isolation;

/// <summary>Takes declared files out of a dead sandbox's /out: regular files with one link, named by us, up to a size. Follows no link, opens nothing that could block.</summary>
internal static partial class Collector
{
    private const int ReadOnly = 0, NonBlock = 0x800, CloseOnExec = 0x80000, PathOnly = 0x200000;
    private const int EmptyPath = 0x1000, BasicStats = 0x7ff;
    private const int TypeMask = 0xF000, Regular = 0x8000;
    private static readonly int NoFollow = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
    private static readonly int IsFolder = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>Reads one file.</summary>
    /// <param name="name">A plain file name, from the manifest that was screened; never from the folder.</param>
    public static CollectedFile Collect(string folder, string name, long maximumBytes)
    {
        if (name.Contains('/') || name is "." or "..")
            throw new ArgumentException($"'{name}' is not a plain file name.", nameof(name));
        using var directory = Open(AtCurrentFolder, folder, PathOnly | IsFolder | NoFollow | CloseOnExec);
        if (directory.IsInvalid)
            return new(name, null, "the output folder cannot be opened");
        using var file = Open((int)directory.DangerousGetHandle(), name, ReadOnly | NoFollow | NonBlock | CloseOnExec);
        if (file.IsInvalid)
            return new(name, null, Marshal.GetLastPInvokeError() switch
            {
                2 => "was not written",
                40 => "is a link",
                _ => "cannot be opened",
            });
        Span<byte> stat = stackalloc byte[256];
        if (statx((int)file.DangerousGetHandle(), "", EmptyPath, BasicStats, stat) != 0)
            return new(name, null, "cannot be examined");
        if ((MemoryMarshal.Read<ushort>(stat[28..]) & TypeMask) != Regular)
            return new(name, null, "is not a regular file");
        if (MemoryMarshal.Read<uint>(stat[16..]) != 1)
            return new(name, null, "has more than one name");
        var size = MemoryMarshal.Read<long>(stat[40..]);
        if (size > maximumBytes)
            return new(name, null, $"is larger than {maximumBytes} bytes");
        var bytes = new byte[size];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is var n and > 0)
            read += n;
        return read == bytes.Length ? new(name, bytes, null) : new(name, null, "changed while it was read");
    }

    /// <summary>Whether the path itself, not what it may link to, is a regular file.</summary>
    public static bool IsRegular(string path)
    {
        Span<byte> stat = stackalloc byte[256];
        return statx(AtCurrentFolder, path, NoFollowLink, BasicStats, stat) == 0 && (MemoryMarshal.Read<ushort>(stat[28..]) & TypeMask) == Regular;
    }

    /// <summary>The user that the path itself belongs to, or null.</summary>
    public static uint? OwnerOf(string path)
    {
        Span<byte> stat = stackalloc byte[256];
        return statx(AtCurrentFolder, path, NoFollowLink, BasicStats, stat) == 0 ? MemoryMarshal.Read<uint>(stat[20..]) : null;
    }

    private const int AtCurrentFolder = -100, NoFollowLink = 0x100;

    private static SafeFileHandle Open(int folder, string path, int flags) => new(openat(folder, path, flags, 0), ownsHandle: true);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(int folder, string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int descriptor, string path, int flags, uint mask, Span<byte> buffer);
}

/// <summary>What became of one declared output.</summary>
/// <param name="Refusal">Why it was not taken; null when <paramref name="Content"/> is there.</param>
internal sealed record CollectedFile(string Name, byte[]? Content, string? Refusal);
