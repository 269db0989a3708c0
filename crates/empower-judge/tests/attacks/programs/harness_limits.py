# Takes memory, processors and priority from the judge.
def attack(arena):
    import resource
    judge = arena["judge"]
    refused("limit", lambda: resource.prlimit(judge, resource.RLIMIT_AS, (1 << 20, 1 << 20)))
    refused("limit, parent", lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1)))
    refused("limit, look", lambda: resource.prlimit(judge, resource.RLIMIT_AS))
    refused("affinity", lambda: os.sched_setaffinity(judge, {0}))
    refused("priority", lambda: os.setpriority(os.PRIO_PROCESS, judge, 19))
    refused("priority, user", lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19))
    refused("scheduler", lambda: os.sched_setscheduler(judge, os.SCHED_IDLE, os.sched_param(0)))
    refused("ioprio", lambda: call("ioprio_set", 1, judge, 3 << 13))
    refused("migrate_pages", lambda: call("migrate_pages", judge, 8, 0, 0))
    refused("move_pages", lambda: call("move_pages", judge, 0, 0, 0, 0, 0))
    refused("process_mrelease", lambda: call("process_mrelease", 0, 0), errno.EBADF)
