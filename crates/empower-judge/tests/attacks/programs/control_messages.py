# Looks for the socket on which a warm interpreter is told what to run, and forges messages on whatever there is.
def attack(arena):
    import gc, _socket, stat
    gc.unfreeze()
    for thing in gc.get_objects():
        if isinstance(thing, _socket.socket) and thing.fileno() >= 0:
            worked("an open socket, %d" % thing.fileno())
    for fd in range(3, 4096):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                worked("socket %d" % fd)
        except OSError:
            continue
        for message in (b"ready", b"12345", b"0 0 0 0", b'{"run": "../x"}'):
            refused("message on %d" % fd, lambda: libc_send(fd, message), errno.ENOTSOCK)
    # The number that the interpreter uses.
    refused("message", lambda: libc_send(10, b"0 0 0 0"), errno.EBADF, errno.ENOTSOCK)


def libc_send(fd, message):
    checked(libc.send(fd, message, len(message), 0))
