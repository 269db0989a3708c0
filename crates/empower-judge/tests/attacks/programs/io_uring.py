# Works through a ring that the filter does not see into.
def attack(arena):
    parameters = ctypes.create_string_buffer(120)
    refused("setup", lambda: call("io_uring_setup", 8, parameters))
    refused("enter", lambda: call("io_uring_enter", 0, 1, 0, 0, 0, 0), errno.EBADF)
    refused("register", lambda: call("io_uring_register", 0, 0, 0, 0), errno.EBADF)
    refused("register without a ring", lambda: call("io_uring_register", -1, 20, parameters, 1))
