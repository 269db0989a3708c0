# An innocent program. It does a little of everything that programs do and answers with a digest of all that another
# program could have changed: the modules, the limits, the signals, the descriptors, the environment.
import builtins
import collections
import gc
import hashlib
import json
import os
import random
import resource
import signal
import stat
import sys
import threading


def state():
    limits = [resource.getrlimit(number) for number in range(16)]
    # By name: an address would depend on the length of paths.
    handlers = [getattr(signal.getsignal(number), "__name__", str(signal.getsignal(number))) for number in range(1, 65)]
    kinds = []
    for fd in range(4096):
        try:
            # Without the number: it says how many pipes the judge had open, no more.
            kinds.append(stat.S_IFMT(os.fstat(fd).st_mode))
        except OSError:
            pass
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "TMPDIR")}
    open("note", "x").write("a note")
    written = open("note").read()
    listed = sorted(os.listdir("."))
    os.remove("note")
    results = []
    thread = threading.Thread(target=lambda: results.append(sum(range(10 ** 4))))
    thread.start()
    thread.join()
    random.seed(7)
    small = [str(number) for number in range(-5, 257)]
    return [
        limits, handlers, kinds, sorted(environment.items()), written, listed, results, small, random.random(),
        sorted(name for name in sys.modules if not name.startswith("_distutils")), sys.path, sys.flags.hash_randomization,
        sys.getrecursionlimit(), sys.getswitchinterval(), sorted(os.sched_getaffinity(0)), os.getpriority(0, 0),
        os.umask(0o77), signal.pthread_sigmask(signal.SIG_BLOCK, []).__repr__(), gc.get_threshold(), gc.isenabled(),
        sorted(dir(builtins)), [type(thing).__name__ for thing in (print, input, open, sum, len)], json.loads("[1, 2]"),
        json.dumps({"a": 1.5}), hash("x"), collections.Counter("aab").most_common(), threading.active_count(),
        bytes(range(256)).hex(), os.path.basename(os.environ["HOME"]) == os.path.basename(os.getcwd()),
        os.getresuid(), os.getresgid(), list(map(ord, "é€")),
    ]


def digest(argument):
    text = repr([state(), argument])
    return hashlib.md5(text.encode()).hexdigest()
