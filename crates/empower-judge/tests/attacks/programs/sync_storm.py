# Makes the machine write out all disks again and again.
def attack(arena):
    for _ in range(1000):
        refused("sync", lambda: call("sync"))
        refused("syncfs", lambda: call("syncfs", 0))
