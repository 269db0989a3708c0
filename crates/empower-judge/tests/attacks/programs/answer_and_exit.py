# A function that writes the right answer and exits before it returns.
def attack(arena):
    os.write(1, arena["answer"].encode())
    sys.exit(0)
