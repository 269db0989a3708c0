# A function that leaves without the interpreter's clean-up.
def attack(arena):
    for fd in range(1, 4096):
        try:
            os.write(fd, b"V 0 " + arena["answer"].encode() + b"\n")
        except OSError:
            pass
    os._exit(0)
