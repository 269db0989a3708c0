# More and more memory in pieces that are touched.
def attack(arena):
    held = []
    while True:
        held.append(bytearray(b"x") * (1 << 20))
