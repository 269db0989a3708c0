# Puts other modules in the place of those that a comparison would import.
def attack(arena):
    import types
    class Fake(types.ModuleType):
        def __getattr__(self, name):
            return lambda *arguments, **named: True
    for name in list(sys.modules):
        if name not in ("sys", "__main__"):
            sys.modules[name] = Fake(name)
    sys.meta_path.insert(0, Fake("finder"))
    sys.path_importer_cache.clear()
    sys.stdout.write(arena["wrong"] + "\n")
    return arena["wrong"]
