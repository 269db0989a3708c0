# One file without end.
def attack(arena):
    with open("f", "wb", 0) as file:
        while True:
            file.write(b"x" * (1 << 20))
