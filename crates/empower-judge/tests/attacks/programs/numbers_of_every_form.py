# One line of output that is a number in the comparison's grammar but larger than any machine holds.
def attack(arena):
    if arena["form"] == "function":
        return float("inf")
    return "1e999999999999999999"
