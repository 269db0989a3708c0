# Leaves the session and the group, cuts the tie to the parent's life, and stays in a thread after the main one ended.
def attack(arena):
    import threading, time
    PR_SET_PDEATHSIG = 1
    refused("setsid", lambda: call("setsid"))
    refused("setpgid", lambda: call("setpgid", 0, 0))
    refused("setpgid, judge's", lambda: os.setpgid(0, os.getpgid(arena["judge"])))
    refused("death signal", lambda: checked(libc.prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)))
    refused("daemon", lambda: checked(libc.daemon(1, 0)))
    os.chdir("/")
    if _worked or _odd:
        return
    threading.Thread(target=time.sleep, args=(600,)).start()
    # The main thread is gone, the process is not.
    refused("exit of one thread", lambda: call("exit", 0))
    time.sleep(600)
