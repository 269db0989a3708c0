# Half a million digits, and exponents beyond every bound, for the judge to compare.
def attack(arena):
    if arena["form"] == "function":
        return int("9" * 49999) ** 2
    # One line, so that the comparison gets as far as the numbers.
    return " ".join(["0" * 100000 + "9" * 500000 + "e999999999999999999", "1e-999999999999999999", "1e" + "9" * 1000, "snan1"])
