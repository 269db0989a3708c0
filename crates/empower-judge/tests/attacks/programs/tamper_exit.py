# Replaces what ends the process, so that a failure looks like success.
def attack(arena):
    import posix
    posix._exit = os._exit = sys.exit = lambda *arguments: None
    sys.excepthook = lambda *arguments: libc._exit(0)
    sys.unraisablehook = sys.excepthook
    raise RuntimeError("hidden")
