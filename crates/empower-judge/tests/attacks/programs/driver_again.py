# Calls the functions that prepared this process once more, to serve, to confine and to judge by its own rules.
def attack(arena):
    import gc, types
    gc.unfreeze()
    tried = 0
    for thing in gc.get_objects():
        if not isinstance(thing, types.FunctionType) or thing.__name__ not in ("serve", "confine", "start", "open_control"):
            continue
        if thing.__module__ in ("__main__", None) or thing.__code__.co_filename in ("<string>", "driver.py"):
            tried += 1
            try:
                thing(*[None] * thing.__code__.co_argcount)
            except (Exception, SystemExit):
                continue
            worked(thing.__name__)
    refused("a process after all", os.fork)
