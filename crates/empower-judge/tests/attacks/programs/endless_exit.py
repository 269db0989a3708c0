# Never finishes ending: handlers at exit and finalisers without end.
def attack(arena):
    import atexit, time
    class Stay:
        def __del__(self):
            while True:
                pass
    sys.stay = Stay()
    atexit.register(time.sleep, 1000)
    return arena["wrong"]
