# Writes under the names of the judge's own two files, which are not measured.
def attack(arena):
    import time
    for name in ("program.py", "input.txt"):
        os.unlink(name)
        refused(name, lambda: write(name), errno.EFBIG)
    # And by a link that makes other names of them.
    for number in range(20):
        os.rename("program.py", "kept%d" % number)
        refused("program.py", lambda: write("program.py"), errno.EFBIG)
        time.sleep(0.02)
    time.sleep(1)
    return "worked: 320 MiB"


def write(name):
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open(name, "wb", 0) as file:
        while True:
            file.write(b"x" * (1 << 20))
