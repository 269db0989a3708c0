# A value nested deeper than any reader goes, and one that holds itself.
def attack(arena):
    value = []
    for _ in range(10 ** 5):
        value = [value]
    circle = []
    circle.append(circle)
    if arena["form"] == "function":
        return [value, circle]
    print("[" * 10 ** 5 + "]" * 10 ** 5)
    return ""
