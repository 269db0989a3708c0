# Output without end.
def attack(arena):
    while True:
        os.write(1, b"x" * 1000 + b"\n")
