# A frame that is cut off in the middle of the answer, and one with bytes that are no text.
def attack(arena):
    frame, nonce = sys._getframe(), None
    while frame is not None:
        nonce = (frame.f_locals.get("job") or {}).get("nonce", nonce)
        frame = frame.f_back
    for fd in range(3, 4096):
        try:
            os.write(fd, b"\xff\xfe\nV " + str(nonce).encode() + b" \xff" + arena["answer"].encode())
        except OSError:
            pass
    os._exit(0)
