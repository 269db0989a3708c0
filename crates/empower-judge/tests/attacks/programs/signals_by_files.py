# Lets the kernel send the signal: a descriptor whose owner is the judge and whose signal is SIGKILL.
def attack(arena):
    import fcntl, struct
    F_SETSIG, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP, FIOASYNC = 10, 15, 0x8901, 0x8902, 0x5452
    reading, writing = os.pipe()
    for name, process in (("judge", arena["judge"]), ("parent", os.getppid()), ("group", -os.getpgid(0))):
        refused("owner: " + name, lambda: fcntl.fcntl(reading, fcntl.F_SETOWN, process))
        who = struct.pack("ii", 1, abs(process))
        refused("owner, ex: " + name, lambda: fcntl.fcntl(reading, F_SETOWN_EX, who))
        refused("owner, ioctl: " + name, lambda: fcntl.ioctl(reading, FIOSETOWN, struct.pack("i", process)))
        refused("owner, socket: " + name, lambda: fcntl.ioctl(reading, SIOCSPGRP, struct.pack("i", process)))
    refused("signal", lambda: fcntl.fcntl(reading, F_SETSIG, 9))
    refused("folder", lambda: fcntl.fcntl(os.open(".", os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_CREATE))
    refused("lease", lambda: fcntl.fcntl(os.open("lease", os.O_CREAT | os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK))
    fcntl.fcntl(reading, fcntl.F_SETFL, fcntl.fcntl(reading, fcntl.F_GETFL) | os.O_ASYNC)
    os.write(writing, b"x")
