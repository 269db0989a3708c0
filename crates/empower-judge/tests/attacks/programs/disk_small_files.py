# Fills the disk by many small files.
def attack(arena):
    for number in range(10 ** 6):
        with open("f%d" % number, "wb") as file:
            file.write(b"x" * 100000)
    return "worked: a hundred gigabytes"
