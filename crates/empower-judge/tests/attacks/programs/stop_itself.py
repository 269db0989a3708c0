# Stops itself, so that whoever waits for its end waits for ever.
def attack(arena):
    import signal, threading
    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN):
        refused("kill", lambda: os.kill(os.getpid(), number))
        refused("group", lambda: os.kill(0, number))
        refused("raise", lambda: signal.raise_signal(number))
        refused("thread", lambda: signal.pthread_kill(threading.get_ident(), number))
        refused("tgkill", lambda: call("tgkill", os.getpid(), os.getpid(), number))
