# Gives the right answer and then fails.
def attack(arena):
    print(arena["answer"], flush=True)
    raise RuntimeError("after the answer")
