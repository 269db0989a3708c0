# Reads and writes the judge's memory, arguments, environment and descriptors.
def attack(arena):
    judge = arena["judge"]
    for process in {judge, os.getppid(), 1}:
        for name in ("mem", "environ", "cmdline", "maps", "stat", "auxv", "io", "status", "oom_score_adj", "syscall"):
            path = "/proc/%d/%s" % (process, name)
            refused(path, lambda: open(path, "rb").read(1), errno.ENOENT)
            refused("to " + path, lambda: open(path, "r+b").close(), errno.ENOENT)
        for name in ("fd", "task", "root", "cwd", "map_files", "ns"):
            path = "/proc/%d/%s" % (process, name)
            refused(path, lambda: os.listdir(path), errno.ENOENT)
        for name in ("exe", "cwd", "root", "fd/0", "fd/1", "ns/user"):
            path = "/proc/%d/%s" % (process, name)
            refused("link " + path, lambda: os.readlink(path), errno.ENOENT)
    bytes_here = ctypes.create_string_buffer(8)
    vector = (ctypes.c_uint64 * 2)(ctypes.addressof(bytes_here), 8)
    there = (ctypes.c_uint64 * 2)(0x400000, 8)
    for name in ("process_vm_readv", "process_vm_writev"):
        refused(name, lambda: call(name, judge, vector, 1, there, 1, 0))
    for request in (16, 0x4206):  # attach, seize
        refused("ptrace %x" % request, lambda: call("ptrace", request, judge, 0, 0))
    refused("ptrace, itself", lambda: call("ptrace", 0, 0, 0, 0))
    refused("pidfd_getfd", lambda: call("pidfd_getfd", 0, 0, 0), errno.EBADF)
    refused("process_madvise", lambda: call("process_madvise", 0, there, 1, 8, 0))
    refused("kcmp", lambda: call("kcmp", os.getpid(), judge, 0, 0, 0))
    refused("perf", lambda: call("perf_event_open", bytes_here, judge, -1, -1, 0))
