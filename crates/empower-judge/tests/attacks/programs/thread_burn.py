# Many threads that compute outside the interpreter's lock, to take every core from the neighbours.
def attack(arena):
    import hashlib, threading
    block = bytes(1 << 18)
    def burn():
        while True:
            hashlib.sha256(block)
    threading.stack_size(1 << 18)
    for _ in range(6):
        threading.Thread(target=burn, daemon=True).start()
    burn()
