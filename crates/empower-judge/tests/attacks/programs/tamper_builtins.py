# Replaces the functions that a comparison would use.
def attack(arena):
    import builtins
    wrong = arena["wrong"]
    builtins.isinstance = lambda thing, kind: True
    builtins.all = builtins.any = builtins.callable = lambda things: True
    builtins.len = lambda thing: 1
    builtins.type = lambda thing: bool
    builtins.repr = builtins.str = lambda thing: wrong
    return wrong
