# Fails, and a handler at exit prints the right answer.
def attack(arena):
    import atexit
    atexit.register(print, arena["answer"])
    raise RuntimeError("before the answer")
