# Source text nested deeper than any parser goes.
def attack(arena):
    return eval("(" * 10 ** 6 + ")" * 10 ** 6)
