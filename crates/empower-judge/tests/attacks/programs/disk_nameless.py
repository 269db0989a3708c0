# The same with files that never had a name.
def attack(arena):
    import time
    held = []
    for number in range(40):
        held.append(os.open(".", os.O_TMPFILE | os.O_RDWR))
        os.write(held[-1], b"x" * (8 << 20))
        time.sleep(0.01)
    time.sleep(1)
    return "worked: 320 MiB"
