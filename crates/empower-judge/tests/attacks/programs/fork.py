# Starts processes by every means of the standard library.
def attack(arena):
    import multiprocessing, subprocess
    def system():
        if os.system("exit 5") != 5 << 8:
            raise OSError(errno.EPERM, "system")
    def process():
        started = multiprocessing.get_context("fork").Process(target=print)
        started.start()
        started.join()
    refused("fork", os.fork)
    refused("forkpty", os.forkpty, errno.ENOENT)
    refused("system", system)
    refused("subprocess", lambda: subprocess.run([sys.executable, "-c", "0"]))
    refused("posix_spawn", lambda: os.posix_spawn(sys.executable, ["python", "-c", "0"], {}))
    refused("multiprocessing", process)
