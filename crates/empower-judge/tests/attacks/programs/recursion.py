# Recursion without end and without the interpreter's check.
def attack(arena):
    sys.setrecursionlimit(10 ** 9)
    def down(depth):
        return down(depth + 1) + 1
    return down(0)
