# Uses up inodes by empty files with names as long as they get.
def attack(arena):
    import time
    for number in range(5000):
        open(("f%d" % number).ljust(255, "x"), "wb").close()
    time.sleep(1)
    return "worked: five thousand files"
