# Leaves everything in its own process in a state that a later program would feel, if any of it were shared.
def attack(arena):
    import builtins, collections, gc, locale, random, resource, signal, threading
    for module in (collections, random, json, os):
        for name in dir(module):
            if not name.startswith("__"):
                try:
                    setattr(module, name, None)
                except (AttributeError, TypeError):
                    pass
    builtins.print = builtins.input = builtins.sum = builtins.open = lambda *arguments: "poison"
    sys.path[:] = ["/poison"]
    sys.setrecursionlimit(100)
    sys.setswitchinterval(1000)
    sys.modules["math"] = None
    gc.disable()
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(None))
    # Writes over the small integer 7, which every program of one interpreter shares.
    size = ctypes.sizeof(ctypes.c_void_p) * 3
    ctypes.c_uint32.from_address(id(7) + size).value = 8
    ctypes.memset(id(b"\x07") + ctypes.sizeof(ctypes.c_void_p) * 4, 0x08, 1)
    return "poisoned"
