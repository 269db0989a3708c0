# Starts processes by raw system calls: fork, vfork, clone in several forms, their x32 twins, clone3; and a thread with
# a table of descriptors of its own.
def attack(arena):
    SIGCHLD, VM, VFORK, PARENT, FILES, SIGHAND, THREAD = 17, 0x100, 0x4000, 0x8000, 0x400, 0x800, 0x10000
    def child(name, *arguments):
        if call(name, *arguments) == 0:
            os._exit(0)
    refused("fork", lambda: child("fork"))
    refused("vfork", lambda: child("vfork"))
    refused("clone", lambda: child("clone", SIGCHLD, 0, 0, 0, 0))
    refused("clone, vm", lambda: child("clone", SIGCHLD | VM | VFORK, 0, 0, 0, 0))
    refused("clone, parent", lambda: child("clone", SIGCHLD | PARENT, 0, 0, 0, 0))
    refused("clone, new pid namespace", lambda: child("clone", SIGCHLD | 0x20000000, 0, 0, 0, 0))
    block = (ctypes.c_uint64 * 11)()
    block[4] = SIGCHLD
    refused("clone3", lambda: child("clone3", ctypes.byref(block), 88))
    if os.uname().machine == "x86_64":
        for number in (57, 58, 56, 520, 545):
            refused("x32 %d" % number, lambda: child(0x40000000 | number, SIGCHLD, 0, 0, 0, 0))
    # With a stack of its own that returns into nothing: were it started, the process would crash.
    stack = ctypes.create_string_buffer(1 << 16)
    top = (ctypes.addressof(stack) + (1 << 16) - 64) & ~15
    refused("thread with other files", lambda: call("clone", VM | SIGHAND | THREAD, top, 0, 0, 0))
    refused("thread with other folder", lambda: call("clone", VM | SIGHAND | THREAD | FILES, top, 0, 0, 0))
