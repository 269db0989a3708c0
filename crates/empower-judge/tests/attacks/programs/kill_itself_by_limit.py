# Lowers its own limit of processor time, at which the kernel sends SIGKILL: again as if the machine had failed.
def attack(arena):
    import resource
    def lower():
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        except ValueError:
            raise OSError(errno.EPERM, "refused")
    refused("limit", lower)
    refused("limit of this process", lambda: resource.prlimit(os.getpid(), resource.RLIMIT_CPU, (1, 1)))
    pair = (ctypes.c_uint64 * 2)(1, 1)
    refused("setrlimit by number", lambda: call("setrlimit", 0, pair))
    refused("prlimit by number", lambda: call("prlimit64", 0, 0, pair, 0))
    while _worked:
        pass
