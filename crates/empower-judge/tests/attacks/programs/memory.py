# A terabyte at once.
def attack(arena):
    return "worked: %d" % len(bytearray(1 << 40))
