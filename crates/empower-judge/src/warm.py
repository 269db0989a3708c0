# The warm interpreter: loads modules once, then forks a child for each run. It runs no program itself and reads none;
# the child confines itself, for good, before it opens the program's file.
# Arguments: the control socket, the folder of scratch folders, then directories of installed packages.
# On the socket, each message whole: "bare" to the judge, "load" and the settings (JSON) from it, "ready" to it; then for
# each run a job of fixed size with five descriptors from it, the child's number to it, "reap" from it, how it ended to it.
# It does the same for each job, so that every child finds the same heap.

JOB_BYTES = 1024


def open_control(number):
    # The same small numbers in every interpreter, whatever the judge had open.
    import _socket
    fixed = 10
    if number != fixed:
        posix.dup2(number, fixed, False)
    posix.closerange(3, fixed)
    posix.closerange(fixed + 1, 1024)
    return _socket.socket(fileno=fixed)


def serve():
    # Returns in each child: the job, its descriptors, and what confines it.
    control = open_control(int(sys.argv[1]))
    control.send(b"bare")
    control.recv(16)  # meanwhile the judge looks at how much memory this takes
    import json
    settings = json.loads(control.recv(1 << 18))
    import ctypes
    import gc
    import resource
    import _socket
    import os
    # What `random` and `threading` would do in every child takes longer than most of what the judge does there: random
    # numbers are seeded below, and there are no threads yet whose locks could need it.
    register, os.register_at_fork = os.register_at_fork, lambda **hooks: None
    for name in settings["preload"]:
        try:
            __import__(name)
        except ImportError:
            pass  # the program meets the same error where it asks for it
    os.register_at_fork = register
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]

    filters = []
    for text in settings["filters"]:
        code = bytes.fromhex(text)
        filters.append(Program(len(code) // 8, code))
    tools = {"libc": libc, "filters": filters, "settings": settings, "resource": resource, "ctypes": ctypes,
             "control": control, "json": json, "parent": posix.getpid(),
             "module": prepared_module() if settings["mode"] == "lcb" else None}
    space = _socket.CMSG_SPACE(5 * 4)
    fork, wait4, close = posix.fork, posix.wait4, posix.close
    gc.collect()
    gc.disable()
    gc.freeze()
    control.send(b"ready")
    while True:
        data, ancillary, _, _ = control.recvmsg(JOB_BYTES, space)
        if not data:
            posix._exit(0)  # the judge is gone
        received = memoryview(ancillary[0][2]).cast("i").tolist()
        try:
            pid = fork()
        except OSError as error:
            pid = -error.errno
        if pid == 0:
            gc.enable()
            return data, received, tools
        for fd in received:
            close(fd)
        control.send(b"%d" % pid)
        if pid > 0:
            if not control.recv(16):
                posix._exit(0)
            _, status, usage = wait4(pid, 0)
            control.send(b"%d %d %d %d" % (status, usage.ru_utime * 1000000, usage.ru_stime * 1000000, usage.ru_maxrss))
            del status, usage
        del data, ancillary, received, pid


def confine(job, descriptors, tools):
    # Everything that `kernel.rs` does for a fresh interpreter, on top of what this process inherited.
    stdin, stdout, stderr, report, ruleset = descriptors
    libc, resource, settings, ctypes = tools["libc"], tools["resource"], tools["settings"], tools["ctypes"]
    tools["control"].close()

    def check(step, returned):
        if returned < 0:
            raise OSError(ctypes.get_errno(), step)

    posix.setsid()
    for source, target in ((stdin, 0), (stdout, 1), (stderr, 2)):
        posix.dup2(source, target)
        posix.close(source)
    check("death signal", libc.prctl(1, 9, 0, 0, 0))  # PR_SET_PDEATHSIG, SIGKILL
    if posix.getppid() != tools["parent"]:
        posix._exit(127)
    posix.chdir(sys.argv[2] + "/" + job["run"])
    for number, soft, hard in settings["limits"] + [[resource.RLIMIT_AS, job["as"], job["as"]],
                                                    [resource.RLIMIT_CPU, job["cpu"], job["cpu"] + 1]]:
        resource.setrlimit(number, (soft, hard))
    check("Landlock", libc.syscall(settings["landlock_restrict_self"], ruleset, 0))
    posix.close(ruleset)
    for program in tools["filters"]:
        # SECCOMP_SET_MODE_FILTER
        check("seccomp", libc.syscall(settings["seccomp"], 1, 0, ctypes.byref(program)))
    random = sys.modules.get("random")
    if random is not None:
        random.seed()


def start():
    data, descriptors, tools = serve()
    report = descriptors[3]
    try:
        job = tools["json"].loads(data)
        job["fd"] = report
        job["packages"] = sys.argv[3:]
        job["module"] = tools["module"]
        confine(job, descriptors, tools)
    except BaseException as error:
        try:
            posix.write(report, b"! " + repr(error).encode("ascii", "replace"))
        finally:
            posix._exit(125)
    return job


judge(start())
