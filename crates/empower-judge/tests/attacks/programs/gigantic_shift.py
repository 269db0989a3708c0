# An integer of two to the fortieth bits.
def attack(arena):
    return str(1 << (1 << 40))
