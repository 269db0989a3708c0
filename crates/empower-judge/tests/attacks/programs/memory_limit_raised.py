# Raises the limit of memory, or maps past it.
def attack(arena):
    import mmap, resource
    def raising():
        try:
            resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
        except ValueError:
            raise OSError(errno.EPERM, "refused")
    refused("limit", raising)
    refused("map", lambda: mmap.mmap(-1, 1 << 40), errno.ENOMEM)
    refused("map with a hint", lambda: mmap.mmap(-1, 1 << 32, flags=mmap.MAP_SHARED), errno.ENOMEM)
