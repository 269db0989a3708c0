# Changes modes, owners, times, attributes and flags of a shared folder and of its own: no file rule covers those.
def attack(arena):
    import fcntl, struct
    folder, victim = arena["folder"], arena["victim"]
    for path in (folder, victim, "."):
        refused("chmod", lambda: os.chmod(path, 0o700))
        refused("chown", lambda: os.chown(path, 0, 0))
        refused("lchown", lambda: os.lchown(path, 0, 0))
        refused("utime", lambda: os.utime(path, (0, 0)))
        refused("setxattr", lambda: os.setxattr(path, "user.x", b"1"))
        refused("removexattr", lambda: os.removexattr(path, "user.x"))
        refused("fchmodat2", lambda: call("fchmodat2", -100, ctypes.c_char_p(path.encode()), 0o777, 0))
    here = os.open(".", os.O_RDONLY)
    refused("fchmod", lambda: os.fchmod(here, 0o777))
    refused("fchown", lambda: os.fchown(here, 0, 0))
    mine = os.open("mine", os.O_CREAT | os.O_RDWR)
    refused("fchmod, own file", lambda: os.fchmod(mine, 0o4777))
    # Immutable, so that the judge could not remove it.
    refused("flags", lambda: fcntl.ioctl(mine, 0x40086602, struct.pack("l", 0x10)), errno.ENOTTY, errno.EOPNOTSUPP)
