# Room without writing: holes, allocation ahead, a copy within the kernel.
def attack(arena):
    import signal, time
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    file = os.open("f", os.O_CREAT | os.O_RDWR)
    refused("truncate", lambda: os.ftruncate(file, 1 << 40), errno.EFBIG)
    refused("allocate", lambda: os.posix_fallocate(file, 0, 1 << 30), errno.EFBIG)
    refused("far write", lambda: os.pwrite(file, b"x", 1 << 40), errno.EFBIG)
    if _worked or _odd:
        return
    for number in range(40):
        other = os.open("g%d" % number, os.O_CREAT | os.O_RDWR)
        os.posix_fallocate(other, 0, 16 << 20)
        os.close(other)
    time.sleep(1)
    return "worked: 640 MiB allocated"
