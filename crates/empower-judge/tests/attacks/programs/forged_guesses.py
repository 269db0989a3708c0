# Finds the driver's secret in its frames and sends a thousand answers under it, of which one is right.
def attack(arena):
    frame, nonce = sys._getframe(), None
    while frame is not None:
        nonce = (frame.f_locals.get("job") or {}).get("nonce", nonce)
        frame = frame.f_back
    guesses = ["%d" % guess for guess in range(1000)] + [arena["answer"]]
    for fd in range(3, 4096):
        for guess in guesses:
            try:
                os.write(fd, ("V %s %s\n" % (nonce, guess)).encode())
            except OSError:
                break
    os._exit(0)
