# Sleeps without end, which takes no processor time.
def attack(arena):
    import time
    while True:
        time.sleep(1000)
