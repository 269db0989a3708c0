# As many threads as there is room for, each asleep.
def attack(arena):
    # Not by `threading`: it waits for a thread to report, and one without memory for that never does.
    import _thread, time
    _thread.stack_size(65536)
    for _ in range(1000000):
        _thread.start_new_thread(time.sleep, (600,))
    return "worked: a million threads"
