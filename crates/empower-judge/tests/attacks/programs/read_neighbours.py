# Reads the scratch folders, programs and inputs of the neighbours, which belong to the same user.
def attack(arena):
    root = arena["scratch"]
    refused("root", lambda: os.listdir(root))
    refused("parent", lambda: os.listdir(".."))
    # Folders are numbered, so the neighbours' names can be guessed.
    mine = os.path.basename(os.getcwd())
    stem = mine.rstrip("0123456789")
    number_here = int(mine[len(stem):] or 0)
    for _ in range(10):
        for number in range(max(0, number_here - 5), number_here + 30):
            name = stem + str(number)
            if name == mine:
                continue
            for file in ("program.py", "input.txt"):
                for path in ("%s/%s/%s" % (root, name, file), "../%s/%s" % (name, file)):
                    refused("reading", lambda: open(path).read(), errno.ENOENT)
                    refused("writing", lambda: open(path, "w").close(), errno.ENOENT)
                    refused("removing", lambda: os.unlink(path), errno.ENOENT)
                    refused("replacing", lambda: os.rename("program.py", path), errno.ENOENT)
            refused("planting", lambda: open("../%s/json.py" % name, "w").close(), errno.ENOENT)
            refused("folder", lambda: os.rename("../" + name, "../x"), errno.ENOENT)
