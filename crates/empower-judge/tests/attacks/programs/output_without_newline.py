# One line without end: nobody may wait for its newline.
def attack(arena):
    while True:
        sys.stdout.write("0" * 1000)
