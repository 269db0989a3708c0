# Puts itself before its neighbours: priority, scheduler, a processor of its own, memory that cannot be paged out.
def attack(arena):
    refused("nice", lambda: os.nice(-20))
    refused("priority", lambda: os.setpriority(os.PRIO_PROCESS, 0, -20))
    refused("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)))
    refused("parameters", lambda: os.sched_setparam(0, os.sched_param(1)))
    refused("attributes", lambda: call("sched_setattr", 0, ctypes.create_string_buffer(64), 0))
    refused("affinity", lambda: os.sched_setaffinity(0, {0}))
    refused("ioprio", lambda: call("ioprio_set", 1, 0, (1 << 13) | 0))
    refused("mlockall", lambda: call("mlockall", 3), errno.ENOMEM)
