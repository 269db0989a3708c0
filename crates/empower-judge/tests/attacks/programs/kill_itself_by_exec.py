# Executes with so little memory that the new image cannot be made, which ends a process past its point of no return.
def attack(arena):
    import resource
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (1 << 12, hard))
    libc.execv(sys.executable.encode(), (ctypes.c_char_p * 2)(b"x", None))
    os._exit(3)
