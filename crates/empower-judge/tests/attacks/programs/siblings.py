# Reads, stops and limits the processes with numbers near its own: a warm interpreter and its other children.
def attack(arena):
    import resource
    mine = os.getpid()
    for process in sorted({os.getppid(), arena["judge"], *range(max(2, mine - 20), mine + 20)} - {mine}):
        for name in ("mem", "environ", "cmdline", "maps", "comm"):
            refused("reading", lambda: open("/proc/%d/%s" % (process, name), "rb").read(1), errno.ENOENT)
            refused("writing", lambda: open("/proc/%d/%s" % (process, name), "r+b").close(), errno.ENOENT)
        for name in ("cwd/program.py", "cwd/input.txt", "fd/0", "fd/1", "root/etc/passwd"):
            refused("through", lambda: open("/proc/%d/%s" % (process, name), "rb").read(1), errno.ENOENT)
        refused("limit", lambda: resource.prlimit(process, resource.RLIMIT_NOFILE, (0, 0)), errno.ESRCH)
        refused("stop", lambda: os.kill(process, 19))
        refused("trace", lambda: call("ptrace", 0x4206, process, 0, 0))
        refused("take", lambda: call("pidfd_open", process, 0))
        refused("slow down", lambda: os.setpriority(os.PRIO_PROCESS, process, 19))
        refused("move", lambda: os.sched_setaffinity(process, {0}))
