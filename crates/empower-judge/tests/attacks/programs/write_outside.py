# Changes, makes and removes files that are open to everyone but for the sandbox.
def attack(arena):
    victim, new = arena["victim"], os.path.join(arena["folder"], "new")
    refused("write", lambda: open(victim, "w").write("harmed"))
    refused("append", lambda: open(victim, "a").write("harmed"))
    refused("truncate", lambda: os.truncate(victim, 0))
    refused("unlink", lambda: os.unlink(victim))
    refused("rename away", lambda: os.rename(victim, "mine"))
    refused("rename over", lambda: os.rename("program.py", victim))
    refused("exchange", lambda: checked(libc.renameat2(-100, b"program.py", -100, victim.encode(), 2)))
    refused("create", lambda: open(new, "w"))
    refused("nameless", lambda: os.open(arena["folder"], os.O_TMPFILE | os.O_RDWR))
    refused("mkdir", lambda: os.mkdir(new))
    refused("rmdir", lambda: os.rmdir(arena["folder"]), errno.ENOTEMPTY)
    refused("symlink", lambda: os.symlink("/etc", new))
    refused("link", lambda: os.link("program.py", new))
    refused("fifo", lambda: os.mkfifo(new))
    refused("device", lambda: os.mknod(new, 0o020666, os.makedev(1, 3)))
    refused("library", lambda: open(os.__file__, "a"))
    refused("beside the library", lambda: open(os.path.join(os.path.dirname(os.__file__), arena["marker"]), "w"))
    refused("cache of the library", lambda: open(json.__cached__ or json.__file__, "r+b"), errno.ENOENT)
    refused("interpreter", lambda: open(sys.executable, "r+b"), errno.ETXTBSY)
    for place in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/root", "/home", "/", "..", arena["scratch"], "/dev/mqueue"):
        refused(place, lambda: open(os.path.join(place, arena["marker"]), "w"), errno.ENOENT, errno.EROFS)
    for path in ("/proc/self/oom_score_adj", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/uid_map",
                 "/proc/self/comm", "/proc/self/mem", "/dev/kmsg", "/sys/kernel/uevent_helper"):
        refused(path, lambda: open(path, "w").write("1"), errno.ENOENT, errno.EROFS)
