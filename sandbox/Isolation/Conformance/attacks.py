# The attacks of the conformance job. Run with the same facts on the bare host, where each must reach its goal, and inside, where none may.
# Arguments: group, folder to read facts from and to attack, folder to write to, folder for scratch files.
# Each attack runs in a child of its own, since the answer may be a signal; "reached" or "blocked: why" a line.
import ctypes
import mmap
import os
import signal
import socket
import stat
import sys
import time

group, given, out, scratch = sys.argv[1:5]
with open(os.path.join(given, "facts.txt"), encoding="utf-8") as lines:
    facts = dict(line.rstrip("\n").split("=", 1) for line in lines)
libc = ctypes.CDLL(None, use_errno=True)
code = os.path.dirname(os.path.abspath(__file__))
X64 = os.uname().machine == "x86_64"


class OwnKernel(Exception):
    pass


def call(x64, arm64, *arguments):
    libc.syscall.restype = ctypes.c_long
    result = libc.syscall(ctypes.c_long(x64 if X64 else arm64), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    hosts_kernel()
    return result


def hosts_kernel():
    # an answer of a kernel that is not the host's reaches nothing of the host
    with open("/proc/version", encoding="utf-8") as file:
        version = file.read().strip()
    if version != facts["kernel"]:
        raise OwnKernel("answered by a kernel of its own: " + version.split("(")[0].strip())


def read(path):
    with open(path, "rb") as file:
        return file.read()


def refused_unless(condition, why):
    if not condition:
        raise PermissionError(why)


# --- reaching what is not ours -------------------------------------------------------------------

def loopback_ipv4():
    socket.create_connection(("127.0.0.1", int(facts["port4"])), 2).close()


def loopback_ipv6():
    socket.create_connection(("::1", int(facts["port6"])), 2).close()


def abstract_socket():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect("\0" + facts["abstract"])


def open_family(family, kind, protocol=0):
    socket.socket(family, kind, protocol).close()
    hosts_kernel()


def packet_socket():
    open_family(17, socket.SOCK_RAW, 0x0300)


def netlink_socket():
    open_family(16, socket.SOCK_RAW)


def vsock_socket():
    open_family(40, socket.SOCK_STREAM)


def crypto_socket():
    open_family(38, socket.SOCK_SEQPACKET)


def host_file():
    assert read(facts["secret"]).decode() == facts["token"]


def file_of_another_run():
    assert read(facts["neighbour"]).decode() == facts["token"]


def file_through_a_process():
    assert read("/proc/" + facts["service"] + "/root" + facts["secret"]).decode() == facts["token"]


def password_file():
    assert b":" in read("/etc/shadow")


def home_of_root():
    os.listdir("/root")


def environment_of_the_service():
    for process in os.listdir("/proc"):
        if process.isdigit():
            try:
                if facts["token"].encode() in read("/proc/" + process + "/environ"):
                    return
            except OSError:
                pass
    raise LookupError("not in any process that can be seen")


def inherited_descriptor():
    for descriptor in range(3, 1024):
        try:
            if facts["token"].encode() in os.pread(descriptor, 4096, 0):
                return
        except OSError:
            pass
    raise LookupError("in no open file")


def path_of_the_host():
    for process in os.listdir("/proc"):
        if process.isdigit():
            for what in ("cmdline", "mountinfo"):
                try:
                    if facts["place"].encode() in read("/proc/" + process + "/" + what):
                        return
                except OSError:
                    pass
    raise LookupError("in no command line or mount that can be seen")


def name_of_the_host():
    refused_unless(os.uname().nodename == facts["host"], "another name")


def process_of_the_service():
    started = read("/proc/" + facts["service"] + "/stat").decode().rsplit(")", 1)[1].split()[19]
    assert started == facts["started"]


def kernel_symbols():
    refused_unless(read("/proc/kallsyms"), "empty")
    hosts_kernel()


def kernel_keys():
    refused_unless(read("/proc/key-users"), "empty")
    hosts_kernel()


def kernel_command_line():
    refused_unless(read("/proc/cmdline"), "empty")
    hosts_kernel()


# --- becoming more than it is ---------------------------------------------------------------------

def become_root():
    os.setuid(0)


def capabilities():
    line = next(line for line in read("/proc/self/status").decode().split("\n") if line.startswith("CapEff"))
    refused_unless(int(line.split()[1], 16), "none")


def new_privileges():
    refused_unless(libc.prctl(39, 0, 0, 0, 0) == 0, "NoNewPrivs is set")


def set_id_program():
    path = os.path.join(out, "tool")
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\nexit 0\n")
    try:
        os.chmod(path, 0o4755)
        refused_unless(os.stat(path).st_mode & 0o4000, "the bit was not kept")
        pid = os.fork()
        if pid == 0:
            try:
                os.execv(path, [path])
            except OSError:
                os._exit(99)
        refused_unless(os.waitpid(pid, 0)[1] == 0, "cannot be executed")
    finally:
        os.unlink(path)


def user_namespace():
    call(272, 97, 0x10000000)


def clone_user_namespace():
    pid = libc.syscall(56 if X64 else 220, 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    if pid < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os.waitpid(pid, 0)
    hosts_kernel()


def trace_a_process():
    call(101, 117, 0, 0, 0, 0)


def berkeley_filter():
    attributes = ctypes.create_string_buffer(bytes([2, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0]).ljust(120, b"\0"))
    call(321, 280, 0, attributes, 120)


def io_uring():
    call(425, 425, 4, ctypes.create_string_buffer(120))


def keyring():
    call(250, 219, 0, -1, 1, 0, 0)


def user_fault():
    call(323, 282, 1)


def performance_event():
    attributes = ctypes.create_string_buffer((bytes([1, 0, 0, 0, 112, 0, 0, 0]) + bytes(32) + bytes([0x60])).ljust(112, b"\0"))
    call(298, 241, attributes, 0, -1, -1, 0)


def personality():
    call(135, 92, 0x0040000)


def read_process_memory():
    class Vector(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
    source, target = ctypes.create_string_buffer(b"abcdefgh", 8), ctypes.create_string_buffer(8)
    local, remote = Vector(ctypes.addressof(target), 8), Vector(ctypes.addressof(source), 8)
    call(310, 270, os.getpid(), ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)


def calls_of_32_bits():
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    assert ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))() == os.getpid()
    hosts_kernel()


def block_device():
    path = os.path.join(out, "disk")
    os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(*map(int, facts["disk"].split(":"))))
    try:
        assert len(read_some(path)) == 512
    finally:
        os.unlink(path)


def read_some(path):
    with open(path, "rb", buffering=0) as file:
        return file.read(512)


def kernel_log():
    os.close(os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK))
    hosts_kernel()


def virtual_machines():
    os.close(os.open("/dev/kvm", os.O_RDWR))
    hosts_kernel()


def user_file_systems():
    os.close(os.open("/dev/fuse", os.O_RDWR))
    hosts_kernel()


def mount_a_file_system():
    target = os.path.join(scratch, "mount")
    os.makedirs(target, exist_ok=True)
    call(272, 97, 0x00020000)  # a mount namespace of its own, so that the control leaves the host as it is
    call(165, 40, ctypes.c_char_p(b"none"), ctypes.c_char_p(b"/"), None, 0x44000, None)  # recursively private
    call(165, 40, ctypes.c_char_p(b"x"), ctypes.c_char_p(target.encode()), ctypes.c_char_p(b"tmpfs"), 0, None)


# --- changing what it was given ---------------------------------------------------------------------

def append_to_input():
    with open(os.path.join(given, "facts.txt"), "a", encoding="utf-8"):
        pass


def mode_of_input():
    os.chmod(os.path.join(given, "victim"), 0o640)


def add_to_input():
    path = os.path.join(given, "added")
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    os.unlink(path)


def link_input_to_output():
    path = os.path.join(out, "linked")
    os.link(os.path.join(given, "victim"), path)
    os.unlink(path)


def rename_input():
    os.rename(os.path.join(given, "victim"), os.path.join(given, "renamed"))
    os.rename(os.path.join(given, "renamed"), os.path.join(given, "victim"))


def change_code():
    path = os.path.join(code, "added.py")
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    os.unlink(path)


def core_dump():
    pid = os.fork()
    if pid == 0:
        import resource
        os.chdir(out)
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        os.abort()
    dumped = os.WCOREDUMP(os.waitpid(pid, 0)[1])
    for name in os.listdir(out):
        if name.startswith("core"):
            os.unlink(os.path.join(out, name))
    refused_unless(dumped, "no core")


# --- taking more than its share ----------------------------------------------------------------------

def many_processes():
    wanted, children = int(facts["processes"]), []
    try:
        for _ in range(wanted):
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
                os._exit(0)
            children.append(pid)
    except OSError as problem:
        raise PermissionError("stopped at %d: %s" % (len(children), problem)) from None
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def fill(path, size):
    # in files of half the limit, so that it is the folder that is full and not one file
    block = b"x" * (1 << 20)
    written, files = 0, []
    try:
        while written < size:
            files.append("%s-%d" % (path, len(files)))
            with open(files[-1], "wb", buffering=0) as file:
                for _ in range(4):
                    count = file.write(block)
                    if count != len(block):
                        raise OSError(28, "full")
                    written += count
    except OSError as problem:
        raise PermissionError("stopped at %d MiB: %s" % (written >> 20, os.strerror(problem.errno or 28))) from None
    finally:
        for name in files:
            os.unlink(name)


def bytes_of_output():
    fill(os.path.join(out, "big"), int(facts["bytes"]))


def bytes_of_scratch():
    fill(os.path.join(scratch, "big"), int(facts["bytes"]))


def bytes_of_shared_memory():
    fill("/dev/shm/plinth-" + facts["token"], 24 << 20)


def files_of_output():
    made = 0
    folder = os.path.join(out, "many")
    os.mkdir(folder)
    try:
        for made in range(int(facts["files"])):
            os.close(os.open(os.path.join(folder, str(made)), os.O_CREAT | os.O_WRONLY))
    except OSError as problem:
        raise PermissionError("stopped at %d: %s" % (made, os.strerror(problem.errno))) from None
    finally:
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)


def sparse_output():
    path = os.path.join(out, "sparse")
    try:
        with open(path, "wb") as file:
            file.truncate(1 << 40)
    finally:
        os.unlink(path)


def memory():
    held = []
    for _ in range(int(facts["memory"]) >> 23):
        held.append(bytearray(b"x") * (8 << 20))


def text():
    block = b"x" * 65536
    for _ in range(int(facts["text"]) // len(block)):
        os.write(2, block)


def wall_clock():
    time.sleep(float(facts["wall"]))


def processor():
    while time.process_time() < float(facts["processor"]):
        pass


def cores():
    # work for so many seconds of a core: the driver sees whether it had to wait for more than its share
    while time.process_time() < float(facts["cores"]):
        pass


def link_in_output():
    path = os.path.join(out, "link.csv")
    os.symlink(facts["secret"], path)


def orphan():
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)


groups = {
    "reach": [loopback_ipv4, loopback_ipv6, abstract_socket, packet_socket, netlink_socket, vsock_socket, crypto_socket, host_file, file_of_another_run, file_through_a_process,
              password_file, home_of_root, environment_of_the_service, inherited_descriptor, path_of_the_host, name_of_the_host, process_of_the_service, kernel_symbols, kernel_keys, kernel_command_line,
              become_root, capabilities, new_privileges, set_id_program, user_namespace, clone_user_namespace, mount_a_file_system, trace_a_process, berkeley_filter, io_uring, keyring, user_fault,
              performance_event, personality, read_process_memory, calls_of_32_bits, block_device, kernel_log, virtual_machines, user_file_systems,
              append_to_input, mode_of_input, add_to_input, link_input_to_output, rename_input, change_code, core_dump],
    "fill": [many_processes, bytes_of_output, files_of_output, sparse_output, bytes_of_scratch, bytes_of_shared_memory],
    "link": [link_in_output],
}


def attempt(attack):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            attack()
            result = "reached"
        except BaseException as problem:
            result = "blocked: " + (type(problem).__name__ + " " + str(problem)).replace("\n", " ")
        os.write(writing, result.encode()[:500])
        os._exit(0)
    os.close(writing)
    result = b""
    while True:
        part = os.read(reading, 4096)
        if not part:
            break
        result += part
    os.close(reading)
    status = os.waitpid(pid, 0)[1]
    return result.decode() or "blocked: killed by signal %d" % os.WTERMSIG(status)


if group in groups:
    if group == "reach":
        print("attacks", flush=True)
    report = "".join(attack.__name__ + "=" + attempt(attack) + "\n" for attack in groups[group])
    with open(os.path.join(out, "report.txt"), "w", encoding="utf-8") as file:
        file.write(report)
else:
    # one attack by its name, in this process itself: its end is the answer
    if group == "processes_left_behind":
        for _ in range(3):
            orphan()
        print("started", flush=True)
        time.sleep(60)
    {"memory": memory, "text": text, "wall_clock": wall_clock, "processor": processor, "cores": cores}[group]()
    with open(os.path.join(out, "report.txt"), "w", encoding="utf-8") as file:
        file.write(group + "=reached\n")
