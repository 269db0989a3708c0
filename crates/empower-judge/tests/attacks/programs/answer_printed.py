# A function that prints and writes the right answer everywhere but does not return it.
def attack(arena):
    print(arena["answer"], flush=True)
    for fd in range(1, 4096):
        try:
            os.write(fd, b"\nV 0 %s\nR 0\nV  %s\n" % (arena["answer"].encode(), arena["answer"].encode()))
        except OSError:
            pass
    return arena["wrong"]
