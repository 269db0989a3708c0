# Gives the right answer, closes its output and stays.
def attack(arena):
    import time
    os.write(1, arena["answer"].encode())
    os.close(1)
    time.sleep(1000)
