# Fills the folder with hard links to one file, of which no byte counts.
def attack(arena):
    import time
    with open("one", "wb") as file:
        file.write(b"x")
    for number in range(20000):
        os.link("one", "link%d" % number)
    time.sleep(1)
    return "worked: twenty thousand links"
