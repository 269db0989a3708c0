# Files held by nothing but a message on its way through a socket.
def attack(arena):
    import array, socket
    left, right = socket.socketpair()
    file = os.open("f", os.O_CREAT | os.O_RDWR)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [file]))]
    refused("sendmsg", lambda: left.sendmsg([b"x"], rights))
    refused("sendmmsg", lambda: call("sendmmsg", left.fileno(), ctypes.create_string_buffer(64), 1, 0))
