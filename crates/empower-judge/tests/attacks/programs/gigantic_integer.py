# An integer that takes longer than all time to compute, in one operation that nothing interrupts.
def attack(arena):
    return str(9 ** 9 ** 9)
