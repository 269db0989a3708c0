# Sets the machine's clock, by which others measure.
def attack(arena):
    import time
    refused("clock_settime", lambda: time.clock_settime(time.CLOCK_REALTIME, 0))
    refused("settimeofday", lambda: call("settimeofday", (ctypes.c_long * 2)(0, 0), 0))
    refused("by number", lambda: call("clock_settime", 0, (ctypes.c_long * 2)(0, 0)))
    refused("adjtimex", lambda: call("adjtimex", (ctypes.c_long * 40)(0x4000)))
    refused("clock_adjtime", lambda: call("clock_adjtime", 0, (ctypes.c_long * 40)(0x4000)))
