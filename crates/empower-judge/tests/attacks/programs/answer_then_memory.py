# Gives the right answer and then uses up its memory.
def attack(arena):
    print(arena["answer"], flush=True)
    return str(bytearray(1 << 40))
