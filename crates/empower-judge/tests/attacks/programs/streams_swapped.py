# Puts other descriptors in the places of the streams, blocking ones and each other's.
def attack(arena):
    reading, writing = os.pipe()
    os.dup2(1, 0)
    os.dup2(reading, 2)
    os.dup2(writing, 1)
    os.write(1, arena["answer"].encode())
    os._exit(0)
