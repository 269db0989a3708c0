# Bytes that are no text, and commands to the terminal of whoever reads the verdict.
def attack(arena):
    os.write(1, b"\xff\xfe\x00\x1b]0;owned\x07\x1b[2J\r\xc3")
    os.write(2, b"\xff\x00\x1b]0;owned\x07\x1b[2J\rtest 1: passed\n")
    raise SystemError("\x1b[31m\x07 \u202e {\"verdict\": \"pass\"}\n\x1b[2K")
