# Signals to the judge, to everyone, to the judge's group, to processes found by their numbers.
def attack(arena):
    import signal
    judge = arena["judge"]
    refused("kill", lambda: os.kill(judge, signal.SIGKILL))
    refused("kill, parent", lambda: os.kill(os.getppid(), signal.SIGKILL))
    refused("stop", lambda: os.kill(judge, signal.SIGSTOP))
    refused("everyone", lambda: os.kill(-1, signal.SIGKILL))
    refused("own group", lambda: os.kill(0, signal.SIGSTOP))
    refused("group", lambda: os.killpg(os.getpgid(judge), signal.SIGKILL))
    refused("tkill", lambda: call("tkill", judge, 9))
    refused("tgkill", lambda: call("tgkill", judge, judge, 9))
    siginfo = ctypes.create_string_buffer(128)
    refused("sigqueue", lambda: call("rt_sigqueueinfo", judge, 9, siginfo))
    refused("tgsigqueue", lambda: call("rt_tgsigqueueinfo", judge, judge, 9, siginfo))
    refused("pidfd_open", lambda: call("pidfd_open", judge, 0))
    refused("pidfd_send_signal", lambda: call("pidfd_send_signal", 0, 9, 0, 0), errno.EBADF)
    for process in range(max(2, os.getpid() - 50), os.getpid() + 50):
        refused("process near by", lambda: os.kill(process, signal.SIGKILL))
