using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Plinth.Sandbox.Isolation;

/// <summary>The system-call filter as classic BPF, generated for one architecture. Bubblewrap loads it last, just before the submission starts.</summary>
/// <remarks>
/// 1. Another architecture, or x32 calls: the process is killed (their numbers mean other things).
/// 2. Calls that are allowed with some arguments only: namespaces by clone, sockets other than unix, terminal injection, set-id bits.
/// 3. The allow list, as a binary search over ranges of numbers.
/// 4. Everything else: ENOSYS, so that C libraries fall back (clone3 to clone among them).
/// Instructions are the kernel's <c>struct sock_filter</c>, 8 bytes; see the kernel's Documentation/userspace-api/seccomp_filter.rst.
/// </remarks>
internal sealed class SeccompFilter
{
    private const ushort Load = 0x20, Jump = 0x05, IfEqual = 0x15, IfAtLeast = 0x35, IfAnyBit = 0x45, Return = 0x06;
    private const uint Allow = 0x7fff0000, KillProcess = 0x80000000, Errno = 0x00050000;
    private const uint NumberAt = 0, ArchitectureAt = 4, FirstArgument = 16, SecondArgument = 24, ThirdArgument = 32;
    private const uint Eperm = 1, Enosys = 38, Eafnosupport = 97;
    private const uint NamespaceFlags = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
    private const uint TerminalInject = 0x5412, TerminalLinux = 0x541C, SetIdBits = 0xC00, UnixFamily = 1;

    private readonly List<(ushort Code, byte IfTrue, byte IfFalse, uint Value)> _program = [];

    private SeccompFilter() { }

    /// <summary>Instructions in it.</summary>
    public int Length => _program.Count;

    /// <summary>The filter for this machine.</summary>
    public static SeccompFilter ForThisMachine() => For(RuntimeInformation.OSArchitecture);

    /// <exception cref="IsolationUnavailableException">No table of system calls for that architecture.</exception>
    public static SeccompFilter For(Architecture architecture) => architecture switch
    {
        Architecture.X64 => Build(0xC000003E, call => call.X64, x32: true),
        Architecture.Arm64 => Build(0xC00000B7, call => call.Arm64, x32: false),
        _ => throw new IsolationUnavailableException($"there is no system-call filter for {architecture}; use an x86_64 or aarch64 machine."),
    };

    /// <summary>The bytes for <c>bwrap --seccomp</c>: little-endian <c>sock_filter</c> rows.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_program.Count * 8];
        for (var i = 0; i < _program.Count; i++)
        {
            var (code, ifTrue, ifFalse, value) = _program[i];
            var row = bytes.AsSpan(i * 8);
            BinaryPrimitives.WriteUInt16LittleEndian(row, code);
            (row[2], row[3]) = (ifTrue, ifFalse);
            BinaryPrimitives.WriteUInt32LittleEndian(row[4..], value);
        }
        return bytes;
    }

    /// <summary>Lower-case hex.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(ToBytes()));

    private static SeccompFilter Build(uint audit, Func<(string Name, int X64, int Arm64), int> number, bool x32)
    {
        var filter = new SeccompFilter();
        var numbers = SystemCalls.Allowed.ToDictionary(call => call.Name, number);
        // 1
        filter.Add(Load, ArchitectureAt);
        filter.Add(IfEqual, audit, ifTrue: 1);
        filter.Add(Return, KillProcess);
        filter.Add(Load, NumberAt);
        if (x32)
        {
            filter.Add(IfAtLeast, 0x40000000, ifFalse: 1);
            filter.Add(Return, KillProcess);
        }
        // 2
        filter.RefuseBits(numbers["clone"], FirstArgument, NamespaceFlags, Eperm);
        filter.RefuseBits(numbers["chmod"], SecondArgument, SetIdBits, Eperm);
        filter.RefuseBits(numbers["fchmod"], SecondArgument, SetIdBits, Eperm);
        filter.RefuseBits(numbers["fchmodat"], ThirdArgument, SetIdBits, Eperm);
        filter.RefuseBits(numbers["fchmodat2"], ThirdArgument, SetIdBits, Eperm);
        filter.OnlyValue(numbers["socket"], FirstArgument, UnixFamily, Eafnosupport);
        filter.OnlyValue(numbers["socketpair"], FirstArgument, UnixFamily, Eafnosupport);
        filter.RefuseValues(numbers["ioctl"], SecondArgument, [TerminalInject, TerminalLinux], Eperm);
        // 3 and 4
        filter.Search(Boundaries([.. numbers.Values.Where(n => n != SystemCalls.None).Order()]));
        return filter;
    }

    private void Add(ushort code, uint value, int ifTrue = 0, int ifFalse = 0) => _program.Add((code, checked((byte)ifTrue), checked((byte)ifFalse), value));

    private void RefuseBits(int call, uint argument, uint bits, uint error)
    {
        if (call == SystemCalls.None)
            return;
        Add(IfEqual, (uint)call, ifFalse: 4);
        Add(Load, argument);
        Add(IfAnyBit, bits, ifFalse: 1);
        Add(Return, Errno | error);
        Add(Return, Allow);
    }

    private void OnlyValue(int call, uint argument, uint value, uint error)
    {
        Add(IfEqual, (uint)call, ifFalse: 4);
        Add(Load, argument);
        Add(IfEqual, value, ifTrue: 1);
        Add(Return, Errno | error);
        Add(Return, Allow);
    }

    private void RefuseValues(int call, uint argument, uint[] values, uint error)
    {
        Add(IfEqual, (uint)call, ifFalse: values.Length + 3);
        Add(Load, argument);
        for (var i = 0; i < values.Length; i++)
            Add(IfEqual, values[i], ifTrue: values.Length - i);
        Add(Return, Allow);
        Add(Return, Errno | error);
    }

    /// <summary>Numbers at which the answer changes, from refused to allowed and back, beginning refused at 0.</summary>
    private static List<(uint From, bool Allowed)> Boundaries(int[] allowed)
    {
        var boundaries = new List<(uint, bool)>();
        if (allowed[0] != 0)
            boundaries.Add((0, false));
        for (var i = 0; i < allowed.Length; i++)
        {
            if (i == 0 || allowed[i] != allowed[i - 1] + 1)
                boundaries.Add(((uint)allowed[i], true));
            if (i == allowed.Length - 1 || allowed[i + 1] != allowed[i] + 1)
                boundaries.Add(((uint)allowed[i] + 1, false));
        }
        return boundaries;
    }

    private void Search(ReadOnlySpan<(uint From, bool Allowed)> ranges)
    {
        if (ranges.Length == 1)
        {
            Add(Return, ranges[0].Allowed ? Allow : Errno | Enosys);
            return;
        }
        var middle = ranges.Length / 2;
        var at = _program.Count;
        Add(IfAtLeast, ranges[middle].From); // false: go on; true: skip the lower half, by a jump of its own since offsets here are one byte
        Add(Jump, 0);
        Search(ranges[..middle]);
        var upper = _program.Count;
        _program[at] = (IfAtLeast, 0, 1, ranges[middle].From);
        _program[at + 1] = (Jump, 0, 0, (uint)(upper - at - 2));
        Search(ranges[middle..]);
    }

    private void Search(List<(uint From, bool Allowed)> ranges) => Search(CollectionsMarshal.AsSpan(ranges));
}
