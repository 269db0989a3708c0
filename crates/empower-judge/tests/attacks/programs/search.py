# Searches everything within reach for the expected output: arguments, environment, files, descriptors, frames, objects.
def attack(arena):
    import gc
    gc.unfreeze()
    seen = [repr(sys.argv), repr(getattr(sys, "orig_argv", "")), repr(dict(os.environ))]
    for name in os.listdir(".") + ["/proc/self/cmdline", "/proc/self/environ", "/proc/self/mem", "..", arena["scratch"]]:
        try:
            seen.append(open(name, "rb").read().decode("latin-1"))
        except OSError:
            pass
    for fd in list(range(3, 4096)):
        try:
            seen.append(os.read(fd, 1 << 16).decode("latin-1"))
        except OSError:
            pass
    frame = sys._getframe()
    while frame is not None:
        seen.append(repr(frame.f_locals))
        frame = frame.f_back
    for thing in gc.get_objects():
        try:
            items = thing.values() if isinstance(thing, dict) else thing
            if isinstance(thing, (dict, list, tuple)):
                seen.extend(item for item in items if isinstance(item, str))
        except Exception:
            pass
    # The heap itself, around every object: what was freed but not overwritten.
    heap = sorted({id(thing) & ~0xfff for thing in gc.get_objects()})
    assert len(seen) > 100 and len(heap) > 100
    # The middle of the expected output is what nobody told.
    import itertools, re
    first, last = arena["ends"]
    pattern = re.compile((first + "([0-9]{16})" + last).encode())
    pages = (ctypes.string_at(page, 4096) for page in heap)
    for text in itertools.chain((text.encode("latin-1", "replace") for text in seen), pages):
        found = pattern.search(text)
        if found:
            found = found.group().decode()
            return int(found) if arena["form"] == "function" else found
    return "searched and found nothing"
