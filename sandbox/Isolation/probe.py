# The self test's attacks. Run twice with the same facts: on the bare host, where each must reach its goal, and inside, where none may.
# Modules of python3-minimal only. Arguments: folder to read facts from and to attack, file to report to.
import os
import socket
import sys

folder, report = sys.argv[1], sys.argv[2]
with open(os.path.join(folder, "facts.txt"), encoding="utf-8") as lines:
    facts = dict(line.rstrip("\n").split("=", 1) for line in lines)


def loopback():
    with socket.create_connection(("127.0.0.1", int(facts["port"])), 2):
        pass


def abstract_socket():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect("\0" + facts["abstract"])


def netlink():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()


def host_file():
    with open(facts["secret"], encoding="utf-8") as file:
        assert file.read() == facts["token"]


def environment():
    for process in os.listdir("/proc"):
        if process.isdigit():
            try:
                with open("/proc/" + process + "/environ", "rb") as file:
                    if facts["token"].encode() in file.read():
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


def write_input():
    with open(os.path.join(folder, "facts.txt"), "a", encoding="utf-8"):
        pass


with open(report, "w", encoding="utf-8") as out:
    for attack in (loopback, abstract_socket, netlink, host_file, environment, inherited_descriptor, write_input):
        try:
            attack()
            result = "reached"
        except BaseException as problem:
            result = "blocked: " + type(problem).__name__ + " " + str(problem)
        out.write(attack.__name__ + "=" + result.replace("\n", " ") + "\n")
