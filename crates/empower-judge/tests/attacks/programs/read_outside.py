# Reads files that are open to everyone but for the sandbox, by every way to name them.
def attack(arena):
    secret, folder = arena["secret"], arena["folder"]
    refused("open", lambda: open(secret).read())
    refused("list", lambda: os.listdir(folder))
    refused("scan", lambda: list(os.scandir(folder)))
    os.chdir(folder)
    refused("relative", lambda: open("secret").read())
    os.chdir(arena["scratch"] if os.path.isdir(arena["scratch"]) else "/")
    refused("own root", lambda: open("/proc/self/root" + secret).read(), errno.ENOENT)
    refused("own folder", lambda: os.listdir("/proc/self/cwd/.."), errno.ENOENT)
    path = os.open(secret, os.O_PATH)
    refused("path descriptor", lambda: os.read(path, 1), errno.EBADF)
    refused("path descriptor anew", lambda: open("/proc/self/fd/%d" % path).read(), errno.ENOENT)
    how = (ctypes.c_uint64 * 3)(0, 0, 0)
    refused("openat2", lambda: call("openat2", -100, ctypes.c_char_p(secret.encode()), how, 24))
    handle = ctypes.create_string_buffer(256)
    refused("handle", lambda: call("name_to_handle_at", -100, ctypes.c_char_p(secret.encode()), handle, handle, 0))
    refused("by handle", lambda: call("open_by_handle_at", -100, handle, 0))
    refused("chroot", lambda: os.chroot(folder))
    refused("truncating open", lambda: os.open(secret, os.O_RDONLY | os.O_TRUNC))
    for path in ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/proc/self/environ", "/proc/1/cmdline", "/proc/cpuinfo",
                 "/proc/self/mem", "/proc/self/maps", "/proc/kcore", "/proc/kallsyms", "/sys/kernel/notes",
                 "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/fuse", "/dev/kvm", "/dev/tty", "/dev/ptmx"):
        refused(path, lambda: open(path, "rb").read(1), errno.ENOENT, errno.ENXIO)
    for path in ("/", "/home", "/root", "/tmp", "/etc", "/proc", "/proc/self", "/sys", "/dev", "/dev/shm", "/var", "/run"):
        refused(path, lambda: os.listdir(path), errno.ENOENT)
