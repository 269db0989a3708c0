# Ends by abort, without any clean-up.
def attack(arena):
    os.abort()
