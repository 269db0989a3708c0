# A regular expression that takes longer than all time, in one call.
def attack(arena):
    import re
    return str(re.match("(a*)*b", "a" * 50))
