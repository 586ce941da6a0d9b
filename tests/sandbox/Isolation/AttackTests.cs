using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Plinth.Sandbox.Isolation;

namespace Plinth.Tests.Isolation;

/// <summary>What a hostile submission tries, under the real isolation. Where it is safe, the same code first succeeds on the bare host: an attack that never works proves nothing.</summary>
public sealed partial class AttackTests
{
    [Fact]
    public async Task A_listener_on_the_hosts_loopback_is_out_of_reach()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4);
        var code = $"import socket\nsocket.create_connection(('127.0.0.1', {((IPEndPoint)listener.LocalEndPoint!).Port}), 2)\nprint('connected')";
        (await Given.OnHostAsync(code)).Should().Be("connected\n");
        var inside = await Given.InsideAsync(code);
        inside.Outcome.Should().Be(IsolatedOutcome.Crashed);
        inside.Text().Should().Contain("Address family not supported");
    }

    [Fact]
    public async Task An_abstract_unix_socket_of_the_host_is_out_of_reach()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var name = "plinth-test-" + Guid.NewGuid().ToString("n");
        listener.Bind(new UnixDomainSocketEndPoint("\0" + name));
        listener.Listen(4);
        var code = $"import socket\nsocket.socket(socket.AF_UNIX).connect('\\0{name}')\nprint('connected')";
        (await Given.OnHostAsync(code)).Should().Be("connected\n");
        (await Given.InsideAsync(code)).Text().Should().NotContain("connected").And.Contain("Function not implemented");
    }

    [Fact]
    public async Task No_family_of_sockets_but_unix_can_be_opened()
    {
        const string code = """
            import socket
            for family in (2, 10, 16, 17, 38, 40, 44):
                try:
                    socket.socket(family, 3 if family in (16, 17) else 5 if family == 38 else 1, 0).close()
                    print(family, "opened")
                except OSError as e:
                    print(family, e.errno)
            a, b = socket.socketpair()
            a.send(b"pair"); print(b.recv(9).decode())
            """;
        (await Given.OnHostAsync(code)).Should().Contain("2 opened").And.Contain("16 opened").And.Contain("pair");
        (await Given.InsideAsync(code)).Text().Should().Be("2 97\n10 97\n16 97\n17 97\n38 97\n40 97\n44 97\npair\n");
    }

    [Fact]
    public async Task A_file_of_the_host_cannot_be_read()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["truth.csv"], "the hidden truth");
        var code = $"print(open('{folder["truth.csv"]}').read())";
        (await Given.OnHostAsync(code)).Should().Be("the hidden truth\n");
        (await Given.InsideAsync(code)).Text().Should().NotContain("the hidden truth").And.Contain("No such file or directory");
    }

    [Fact]
    public async Task Only_what_was_meant_to_be_seen_is_there()
    {
        var inside = await Given.InsideAsync("""
            import os
            print(*sorted(os.listdir("/")))
            print(*sorted(os.listdir("/usr")))
            print(*sorted(os.listdir("/tmp")), *sorted(os.listdir("/out")), *sorted(os.listdir("/in")), *sorted(os.listdir("/app")))
            print(*sorted(p for p in os.listdir("/proc") if p.isdigit()))
            print(os.getuid(), os.uname().nodename)
            print(*os.listdir("/etc"))
            """, inputs: new() { ["train.csv"] = "x" });
        var lines = inside.Text().Split('\n');
        lines[0].Split(' ').Should().BeSubsetOf(["app", "bin", "dev", "etc", "in", "lib", "lib32", "lib64", "out", "proc", "tmp", "usr"]);
        lines[1].Split(' ').Should().BeSubsetOf(["bin", "lib", "lib32", "lib64", "libexec", "share"]);
        lines[2].Trim().Should().Be("train.csv main.py");
        lines[3].Should().Be("1 2", "bubblewrap and the submission are the only processes");
        lines[4].Should().Be("65534 sandbox");
        lines[5].Should().BeOneOf(["", "alternatives"], "libraries are found through its links");
    }

    [Fact]
    public async Task The_services_environment_is_in_no_process_that_can_be_seen()
    {
        const string code = "import os\nfor p in sorted(os.listdir('/proc')):\n  if p.isdigit():\n    try: print(open(f'/proc/{p}/environ').read().split('\\0'))\n    except OSError: pass";
        (await Given.OnHostAsync(code, ("PLINTH_TEST_SECRET", "s3cret-value"))).Should().Contain("s3cret-value");
        Environment.SetEnvironmentVariable("PLINTH_TEST_SECRET", "s3cret-value");
        try
        {
            var text = (await Given.InsideAsync(code)).Text();
            text.Should().NotContain("s3cret-value").And.Contain("PATH=/usr/bin");
            text.Split('\n')[0].Should().Be("['']", "the first process, bubblewrap, was started without any environment");
        }
        finally
        {
            Environment.SetEnvironmentVariable("PLINTH_TEST_SECRET", null);
        }
    }

    [Fact]
    public async Task Command_lines_inside_name_no_path_of_the_host()
    {
        var text = (await Given.InsideAsync("print(open('/proc/1/cmdline').read().split('\\0'))")).Text();
        text.Should().Contain("--args").And.NotContain(RunFolder.Prefix).And.NotContain("--ro-bind");
    }

    [Fact]
    public async Task An_open_file_of_the_service_is_not_inherited()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["truth.csv"], "the hidden truth");
        using var file = new SafeFileHandle(CarelessOpen(folder["truth.csv"], 0, 0), ownsHandle: true);
        const string code = "import os\nfor fd in range(3, 256):\n  try: print(fd, os.pread(fd, 99, 0))\n  except OSError: pass\nprint('end')";
        (await Given.OnHostAsync(code)).Should().Contain("the hidden truth", "a descriptor without close-on-exec goes to any child");
        (await Given.InsideAsync(code)).Text().Should().Be("end\n");
    }

    [Fact]
    public async Task Nothing_but_out_and_tmp_can_be_written()
    {
        const string code = """
            import os
            for folder in ("/in", "/app", "/usr", "/usr/bin", "/", "/dev", "/proc", "/proc/sys/kernel", "/out", "/tmp", "/dev/shm"):
                try:
                    with open(folder + "/written", "w") as f: f.write("x")
                    print(folder, "written")
                except OSError:
                    print(folder, "refused")
            for attempt in (lambda: os.unlink("/in/train.csv"), lambda: os.chmod("/in/train.csv", 0o777), lambda: os.rename("/in/train.csv", "/out/t"), lambda: os.link("/in/train.csv", "/out/t")):
                try: attempt(); print("changed")
                except OSError: print("refused")
            """;
        var inside = await Given.InsideAsync(code, inputs: new() { ["train.csv"] = "x" });
        inside.Text().Should().Be("/in refused\n/app refused\n/usr refused\n/usr/bin refused\n/ refused\n/dev refused\n/proc refused\n/proc/sys/kernel refused\n/out written\n/tmp written\n/dev/shm written\nrefused\nrefused\nrefused\nrefused\n");
    }

    [Fact]
    public async Task Privileges_namespaces_mounts_and_devices_are_refused()
    {
        const string code = """
            import os, subprocess
            def attempt(name, action):
                try: action(); print(name, "done")
                except OSError as e: print(name, e.errno)
            open("/out/tool", "w").close()
            attempt("setuid-bit", lambda: os.chmod("/out/tool", 0o4755))
            attempt("plain-chmod", lambda: os.chmod("/out/tool", 0o755))
            attempt("fifo", lambda: os.mkfifo("/out/fifo"))
            attempt("device", lambda: os.mknod("/out/null", 0o20666, os.makedev(1, 3)))
            attempt("setuid", lambda: os.setuid(0))
            attempt("chroot", lambda: os.chroot("/tmp"))
            for command in (["unshare", "--user", "true"], ["unshare", "--net", "true"], ["mount", "-t", "tmpfs", "x", "/tmp"], ["nsenter", "-t", "1", "-n", "true"], ["true"]):
                print(command[0], subprocess.run(["/usr/bin/" + command[0]] + command[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0)
            print([line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapBnd", "NoNewPrivs", "Seccomp:"))])
            """;
        var text = (await Given.InsideAsync(code)).Text();
        text.Should().Be("setuid-bit 1\nplain-chmod done\nfifo 38\ndevice 38\nsetuid 38\nchroot 38\nunshare False\nunshare False\nmount False\nnsenter False\ntrue True\n['0000000000000000', '0000000000000000', '1', '2']\n");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("gvisor")]
    public async Task Two_vendors_at_once_never_see_each_other(string backend)
    {
        if (backend == "gvisor")
            Given.GVisor();
        // each leaves its mark wherever it can, then looks for the other's for as long as both run
        static string Code(string mine, string other, string seconds) => $"""
            import os, socket, time
            for path in ("/dev/shm/", "/tmp/", "/out/"):
                try: open(path + "{mine}", "w").write("{mine}")
                except OSError: pass
            mark = socket.socket(socket.AF_UNIX)
            try: mark.bind("\0{mine}")
            except OSError: pass
            end, seen = time.time() + {seconds}, set()
            while time.time() < end:
                for path in ("/dev/shm", "/tmp", "/out", "/in", "/app"):
                    try: seen.update(path for name in os.listdir(path) if name == "{other}")
                    except OSError: pass
                for process in os.listdir("/proc"):
                    if process.isdigit():
                        try: seen.update(["/proc"] if b"{other}" in open("/proc/" + process + "/cmdline", "rb").read() else [])
                        except OSError: pass
                try: seen.update(["socket"] if "{other}" in open("/proc/net/unix").read() else [])
                except OSError: pass
                time.sleep(0.05)
            print(sorted(seen))
            for path in ("/dev/shm/", "/tmp/", "/out/"):
                try: os.unlink(path + "{mine}")
                except OSError: pass
            """;
        var (a, b) = ("vendor-" + Guid.NewGuid().ToString("n"), "vendor-" + Guid.NewGuid().ToString("n"));
        var outside = await Task.WhenAll(Given.OnHostAsync(Code(a, b, "3")), Given.OnHostAsync(Code(b, a, "3")));
        outside.Should().OnlyContain(seen => seen.Contains("/dev/shm") && seen.Contains("/tmp") && seen.Contains("socket"));
        IBackend Chosen() => backend == "gvisor" ? new GVisor(Given.Options) : new Bubblewrap(Given.Options);
        var inside = await Task.WhenAll(Given.InsideAsync(Code(a, b, "3"), backend: Chosen()), Given.InsideAsync(Code(b, a, "3"), backend: Chosen()));
        inside.Select(result => result.Text()).Should().Equal("[]\n", "[]\n");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CarelessOpen(string path, int flags, int mode);
}
