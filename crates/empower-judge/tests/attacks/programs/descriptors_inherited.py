# Looks for descriptors of the judge, and reads and writes what it finds.
def attack(arena):
    import stat
    def usable(fd):
        try:
            return os.fstat(fd)
        except OSError:
            return None
    # A called function's own pipe to the driver is the one more that may be there; it leads to the judge's reader.
    found = [fd for fd in range(3, 4096) if usable(fd)]
    if len(found) > (1 if arena["form"] == "function" else 0):
        worked("descriptors %s" % found)
    kinds = [stat.S_IFMT(os.fstat(fd).st_mode) for fd in (0, 1, 2)]
    if kinds[1:] != [stat.S_IFIFO] * 2:
        worked("kinds %s" % kinds)
    refused("writing to standard input", lambda: os.write(0, b"x"), errno.EBADF)
    refused("reading standard output", lambda: os.read(1, 1), errno.EBADF)
    refused("reading standard error", lambda: os.read(2, 1), errno.EBADF)
    for fd in found:
        refused("reading %d" % fd, lambda: os.read(fd, 1), errno.EBADF)
    # A function's input is gone by now, and /dev/null in its place.
    if arena["form"] == "script":
        refused("opening standard input anew", lambda: open("/proc/self/fd/0", "r+b"), errno.ENOENT)
