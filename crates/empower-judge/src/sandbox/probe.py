# Attempts what one layer of the sandbox must refuse, and prints what came of it: [[what, whether it held, answer], …].
# Runs under that layer alone. Arguments: the layer, a folder outside (with `canary` in it), a TCP port and an abstract
# socket that somebody listens on; for a namespace, the parent's.
import errno
import json
import os
import sys

what, outside, port, abstract = sys.argv[1], sys.argv[2], int(sys.argv[3]), "\0" + sys.argv[4]
canary = outside + "/canary"
rows = []


def refused(name, action, *names):
    try:
        action()
    except OSError as error:
        answer = errno.errorcode.get(error.errno, str(error))
        rows.append([name, answer in (names or ("EPERM", "EACCES", "ENOSYS", "EXDEV")), answer])
    else:
        rows.append([name, False, "allowed"])


def holds(name, held, answer):
    rows.append([name, bool(held), str(answer)])


def c_library():
    import ctypes
    return ctypes, ctypes.CDLL(None, use_errno=True)


def checked(ctypes, result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def leave(process):
    if process == 0:
        os._exit(0)
    os.waitpid(process, 0)


def sockets():
    import _socket
    return _socket


if what == "user":
    ctypes, libc = c_library()
    holds("user", os.getresuid() != (0, 0, 0), "uid %d" % os.getuid())
    holds("groups", os.getuid() != 65534 or not os.getgroups(), os.getgroups())
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, data)
    holds("capabilities", not any(data), list(data))
    refused("becoming root", lambda: os.setuid(0))
elif what == "privileges":
    ctypes, libc = c_library()
    flag = libc.prctl(39, 0, 0, 0, 0)  # PR_GET_NO_NEW_PRIVS
    holds("no_new_privs", flag == 1, flag)
elif what == "limits":
    import resource
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        held = len(bytearray(1 << 30)) == 0
    except MemoryError:
        held = True
    holds("memory", held, "MemoryError" if held else "allowed")
    file = os.open("f", os.O_CREAT | os.O_RDWR)
    refused("file size", lambda: os.pwrite(file, b"x", 1 << 30), "EFBIG")
    refused("open files", lambda: [os.dup(file) for _ in range(200)], "EMFILE")
    holds("core dumps", resource.getrlimit(resource.RLIMIT_CORE) == (0, 0), resource.getrlimit(resource.RLIMIT_CORE))
elif what == "files":
    refused("reading", lambda: open(canary).read())
    refused("writing", lambda: open(canary, "a"))
    refused("cutting off", lambda: os.truncate(canary, 0))
    refused("listing", lambda: os.listdir(outside))
    refused("making", lambda: os.mkdir(outside + "/made"))
    refused("removing", lambda: os.unlink(canary))
    refused("reading the password file", lambda: open("/etc/passwd").read())
    open("mine", "w").close()
    refused("moving out", lambda: os.rename("mine", outside + "/moved"))
    refused("linking in", lambda: os.link(canary, "linked"))
    for shell in ("/bin/sh", "/usr/bin/env"):
        if os.path.exists(shell):
            refused("executing " + shell, lambda: os.posix_spawn(shell, [shell, "-c", "exit"], {}))
            break
elif what == "tcp":
    socket = sockets()
    refused("connecting", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(("127.0.0.1", port)))
    refused("listening", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).bind(("127.0.0.1", 0)))
elif what == "devices":
    import fcntl
    random = os.open("/dev/urandom", os.O_RDONLY)
    refused("a command to a device", lambda: fcntl.ioctl(random, 0x80045200, bytes(4)))  # RNDGETENTCNT
elif what == "scope":
    socket = sockets()
    refused("a signal to the parent", lambda: os.kill(os.getppid(), 0))
    refused("an abstract socket", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect(abstract))
elif what == "calls":
    ctypes, libc = c_library()
    socket = sockets()
    open("mine", "w").close()
    refused("fork", lambda: leave(os.fork()))
    refused("socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    refused("datagram pair", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
    refused("signal", lambda: os.kill(os.getppid(), 0))
    refused("changing modes", lambda: os.chmod("mine", 0o600))
    refused("changing times", lambda: os.utime("mine", (0, 0)))
    # A request that stops nobody where it is let through.
    refused("ptrace", lambda: checked(ctypes, libc.ptrace(0x4208, os.getpid(), 0, 0)))
    refused("memfd", lambda: os.memfd_create("x"))
    refused("io_uring", lambda: checked(ctypes, libc.syscall(425, 1, ctypes.create_string_buffer(120))))
    refused("unshare", lambda: checked(ctypes, libc.unshare(0x10000000)))
    refused("setting the clock", lambda: checked(ctypes, libc.syscall(
        227 if os.uname().machine == "x86_64" else 112, 0, (ctypes.c_long * 2)(-1, -1))))
    refused("clone3", lambda: checked(ctypes, libc.syscall(435, 0, 0)), "ENOSYS")
    import _thread
    done = _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(done.release, ())
    held = done.acquire(timeout=10)
    holds("threads still work", held, "yes" if held else "no")
elif what.startswith("namespace "):
    kind = what.split()[1]
    try:
        here = os.readlink("/proc/self/ns/" + kind)
    except FileNotFoundError:
        # A namespace of processes has no link until its first process is there.
        here = "new and empty"
    holds("another namespace", here != sys.argv[5], here)
    if kind == "net":
        names = [name for _, name in sockets().if_nameindex()]
        holds("no interface but the loop", names in ([], ["lo"]), names)
print(json.dumps(rows))
