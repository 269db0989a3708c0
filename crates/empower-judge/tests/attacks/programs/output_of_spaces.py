# The right answer, and then white space without end, which a comparison would strip.
def attack(arena):
    os.write(1, arena["answer"].encode())
    while True:
        os.write(1, b" \n\t" * 1000)
