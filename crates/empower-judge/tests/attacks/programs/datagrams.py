# A pair of datagram sockets, of which each end may also send to any socket with a name.
def attack(arena):
    import socket
    def send(kind, to):
        left, right = socket.socketpair(socket.AF_UNIX, kind)
        left.sendto(b"x", to)
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK):
        refused("kind %d to a path" % kind, lambda: send(kind, arena["socket"]))
        refused("kind %d to an abstract name" % kind, lambda: send(kind, "\0" + arena["marker"]))
