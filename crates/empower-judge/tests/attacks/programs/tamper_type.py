# Returns a thing of a type whose name and methods are made to break the text that describes it.
def attack(arena):
    name = "x\"],\nV 0 1\n\x1b[2J" * 100
    thing = type(name, (), {"as_integer_ratio": lambda self: (1, 0), "__index__": lambda self: 1 << 100000})()
    print(repr(thing))
    return [thing, type("bool", (), {"__bool__": lambda self: sys.exit(0)})()]
