using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;

namespace Plinth.Tests.Isolation;

/// <summary>Runs the generated program in an interpreter of its own, over every call and the arguments that matter.</summary>
public sealed class SeccompFilterTests
{
    private const uint Allow = 0x7fff0000, Kill = 0x80000000, Eperm = 0x50001, Enosys = 0x50026, Eafnosupport = 0x50061;

    [Theory]
    [InlineData(Architecture.X64)]
    [InlineData(Architecture.Arm64)]
    public void Exactly_the_listed_calls_are_allowed(Architecture architecture)
    {
        var allowed = SystemCalls.Allowed.Select(call => architecture == Architecture.X64 ? call.X64 : call.Arm64).ToHashSet();
        for (var number = 0; number < 700; number++)
        {
            var socket = number == Number("socket", architecture) || number == Number("socketpair", architecture);
            Run(architecture, number, argument0: socket ? 1u : 0u).Should().Be(allowed.Contains(number) ? Allow : Enosys, $"of call {number}");
        }
    }

    [Theory]
    [InlineData(Architecture.X64)]
    [InlineData(Architecture.Arm64)]
    public void Calls_that_are_dangerous_with_some_arguments_are_refused_with_those(Architecture architecture)
    {
        uint Ask(string call, uint first = 0, uint second = 0, uint third = 0) => Run(architecture, Number(call, architecture), first, second, third);
        foreach (var flag in new uint[] { 0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000 })
            Ask("clone", flag | 17).Should().Be(Eperm);
        Ask("clone", 0x003d0f00).Should().Be(Allow, "that is how a thread is made");
        foreach (uint family in new[] { 2, 10, 16, 17, 38, 40 })
            Ask("socket", family).Should().Be(Eafnosupport);
        Ask("ioctl", 0, 0x5412).Should().Be(Eperm);
        Ask("ioctl", 0, 0x541C).Should().Be(Eperm);
        Ask("ioctl", 0, 0x5401).Should().Be(Allow);
        Ask("fchmod", 3, 0x9ED).Should().Be(Eperm);
        Ask("fchmodat", 3, 0, 0x5ED).Should().Be(Eperm);
        Ask("fchmodat2", 3, 0, 0x9ED).Should().Be(Eperm);
        Ask("fchmodat", 3, 0, 0x1ED).Should().Be(Allow);
    }

    [Fact]
    public void Numbers_of_another_architecture_kill_the_process()
    {
        Run(Architecture.X64, 0, audit: 0x40000003).Should().Be(Kill, "that is the 32-bit interface");
        Run(Architecture.X64, 0x40000000).Should().Be(Kill, "that is x32");
        Run(Architecture.Arm64, 63, audit: 0xC000003E).Should().Be(Kill);
    }

    [Theory]
    [InlineData("mount", 165)]
    [InlineData("ptrace", 101)]
    [InlineData("unshare", 272)]
    [InlineData("setns", 308)]
    [InlineData("bpf", 321)]
    [InlineData("keyctl", 250)]
    [InlineData("io_uring_setup", 425)]
    [InlineData("userfaultfd", 323)]
    [InlineData("perf_event_open", 298)]
    [InlineData("process_vm_readv", 310)]
    [InlineData("personality", 135)]
    [InlineData("clone3", 435)]
    [InlineData("connect", 42)]
    [InlineData("open_by_handle_at", 304)]
    [InlineData("pidfd_getfd", 438)]
    public void A_call_of_the_attack_table_is_unknown_inside(string name, int number) =>
        Run(Architecture.X64, number).Should().Be(Enosys, name);

    [Fact]
    public void An_architecture_without_a_table_is_refused() =>
        FluentActions.Invoking(() => SeccompFilter.For(Architecture.RiscV64)).Should().Throw<IsolationUnavailableException>().WithMessage("*no system-call filter for RiscV64*");

    [Fact]
    public void No_call_is_listed_twice_and_numbers_are_unique()
    {
        SystemCalls.Allowed.Select(c => c.Name).Should().OnlyHaveUniqueItems();
        SystemCalls.Allowed.Where(c => c.X64 >= 0).Select(c => c.X64).Should().OnlyHaveUniqueItems();
        SystemCalls.Allowed.Where(c => c.Arm64 >= 0).Select(c => c.Arm64).Should().OnlyHaveUniqueItems();
    }

    private static int Number(string name, Architecture architecture)
    {
        var call = SystemCalls.Allowed.Single(c => c.Name == name);
        return architecture == Architecture.X64 ? call.X64 : call.Arm64;
    }

    private static uint Run(Architecture architecture, int number, uint argument0 = 0, uint argument1 = 0, uint argument2 = 0, uint? audit = null)
    {
        var program = SeccompFilter.For(architecture).ToBytes();
        var data = new Dictionary<uint, uint> { [0] = (uint)number, [4] = audit ?? (architecture == Architecture.X64 ? 0xC000003E : 0xC00000B7), [16] = argument0, [24] = argument1, [32] = argument2 };
        uint accumulator = 0;
        for (var at = 0; ; at++)
        {
            var row = program.AsSpan(at * 8, 8);
            var value = BinaryPrimitives.ReadUInt32LittleEndian(row[4..]);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(row))
            {
                case 0x20: accumulator = data[value]; break;
                case 0x05: at += (int)value; break;
                case 0x15: at += accumulator == value ? row[2] : row[3]; break;
                case 0x35: at += accumulator >= value ? row[2] : row[3]; break;
                case 0x45: at += (accumulator & value) != 0 ? row[2] : row[3]; break;
                case 0x06: return value;
                default: throw new InvalidOperationException("not an instruction that the generator makes");
            }
        }
    }
}
