# Recursion within the interpreter's own C code: nested iterators taken apart.
def attack(arena):
    sys.setrecursionlimit(10 ** 9)
    value = iter([])
    for _ in range(10 ** 6):
        value = map(str, value)
    return list(value)
