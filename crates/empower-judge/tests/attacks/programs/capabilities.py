# Becomes someone else, or holds a capability.
def attack(arena):
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    checked(libc.capget(header, data))
    if any(data):
        worked("capabilities %s" % list(data))
    PR_GET_NO_NEW_PRIVS, PR_CAPBSET_DROP, PR_SET_SECUREBITS, PR_SET_DUMPABLE = 39, 24, 28, 4
    if libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1:
        worked("new privileges")
    for name, action in (("uid", os.setuid), ("gid", os.setgid), ("euid", os.seteuid), ("egid", os.setegid)):
        refused(name, lambda: action(0))
    refused("reuid", lambda: os.setreuid(0, 0))
    refused("resuid", lambda: os.setresuid(0, 0, 0))
    refused("resgid", lambda: os.setresgid(0, 0, 0))
    refused("groups", lambda: os.setgroups([0]))
    refused("fsuid", lambda: call("setfsuid", 0))
    full = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
    refused("capset", lambda: checked(libc.capset(header, full)))
    refused("bounding set", lambda: checked(libc.prctl(PR_CAPBSET_DROP, 1, 0, 0, 0)))
    refused("secure bits", lambda: checked(libc.prctl(PR_SET_SECUREBITS, 1, 0, 0, 0)))
    refused("hiding from the judge", lambda: checked(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)))
