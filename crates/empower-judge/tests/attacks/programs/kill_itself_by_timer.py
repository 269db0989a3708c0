# Dies by a SIGKILL of its own, which would look like the machine's doing and be left out of every count.
def attack(arena):
    import time
    event = (ctypes.c_int * 16)()
    event[2], event[3] = 9, 0  # sigev_signo, sigev_notify = SIGEV_SIGNAL
    timer = ctypes.c_int()
    refused("timer_create", lambda: call("timer_create", 1, event, ctypes.byref(timer)))
    refused("timer_create, stop", lambda: call("timer_create", 1, (ctypes.c_int * 16)(0, 0, 19), ctypes.byref(timer)))
    if _worked:
        when = (ctypes.c_long * 4)(0, 0, 0, 1000000)
        libc.timer_settime(timer, 0, when, None)
        time.sleep(5)
