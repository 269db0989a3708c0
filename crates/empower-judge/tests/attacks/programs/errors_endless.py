# Error output without end.
def attack(arena):
    while True:
        os.write(2, b"x" * 1000 + b"\n")
