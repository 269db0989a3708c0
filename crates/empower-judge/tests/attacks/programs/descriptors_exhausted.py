# Opens all that can be opened, with pipes as large as they get.
def attack(arena):
    import fcntl, resource
    refused("limit", lambda: raising(resource.setrlimit, resource.RLIMIT_NOFILE, (1 << 20, 1 << 20)))
    held = []
    try:
        while len(held) < 100000:
            held.extend(os.pipe())
            try:
                fcntl.fcntl(held[-1], 1031, 1 << 20)
                os.write(held[-1], bytes(1 << 20))
            except OSError:
                pass
    except OSError as error:
        refused("pipes", lambda: os.pipe(), errno.EMFILE, errno.ENFILE)
    if len(held) > 128:
        worked("%d descriptors" % len(held))


def raising(action, *arguments):
    try:
        action(*arguments)
    except ValueError:
        raise OSError(errno.EPERM, "refused")
