# Connects, listens and sends, in every family.
def attack(arena):
    import socket
    port = arena["port"]
    refused("connect", lambda: socket.create_connection(("127.0.0.1", port)))
    refused("listen", lambda: socket.create_server(("127.0.0.1", 0)))
    for family in (1, 2, 10, 16, 17, 21, 29, 30, 31, 38, 40, 44):
        for kind in (1, 2, 3, 5):
            refused("family %d" % family, lambda: socket.socket(family, kind))
        if family != socket.AF_UNIX:
            refused("pair of family %d" % family, lambda: socket.socketpair(family))
    refused("interfaces", socket.if_nameindex)
    # A local pair is what an event loop needs; that it reaches nothing else is the point.
    left, right = socket.socketpair()
    taken = errno.EISCONN, errno.EOPNOTSUPP
    refused("sendto", lambda: left.sendto(b"x", arena["socket"]), *taken)
    refused("connect", lambda: left.connect(arena["socket"]), *taken)
    refused("bind", lambda: left.bind("\0" + arena["marker"]))
    refused("listen", lambda: left.listen(1))


