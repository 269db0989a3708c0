# Waits for the signal at the limit and prints the right answer in its handler.
def attack(arena):
    import signal
    def handler(number, frame):
        os.write(1, arena["answer"].encode())
        os._exit(0)
    for number in range(1, 65):
        try:
            signal.signal(number, handler)
        except (OSError, ValueError):
            pass
    while True:
        pass
