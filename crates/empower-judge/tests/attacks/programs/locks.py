# Locks files that everybody reads, so that others wait.
def attack(arena):
    import fcntl
    for path in (os.__file__, json.__file__, "/dev/null", sys.executable):
        file = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass
    import time
    time.sleep(0.5)
    return "locks taken"
