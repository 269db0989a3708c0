# Crashes for real, with a core dump asked for.
def attack(arena):
    import resource
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
        worked("core")
    except (ValueError, OSError):
        pass
    ctypes.string_at(0)
