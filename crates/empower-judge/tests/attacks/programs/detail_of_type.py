# Returns a thing whose type has such a message for a name.
def attack(arena):
    return type("\x1b[2J\x07\u202e", (), {})()
