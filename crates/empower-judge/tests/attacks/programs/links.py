# Symbolic and hard links out of the scratch folder, and other things than files within it.
def attack(arena):
    import socket
    secret, folder = arena["secret"], arena["folder"]
    refused("symlink", lambda: os.symlink(secret, "mine"))
    refused("symlink to a folder", lambda: os.symlink("/", "mine"))
    refused("link", lambda: os.link(secret, "mine"))
    refused("link of a link", lambda: os.link("/proc/self/exe", "mine", follow_symlinks=True), errno.ENOENT)
    path = os.open(secret, os.O_PATH)
    refused("link of a descriptor", lambda: checked(libc.linkat(path, b"", -100, b"mine", 0x1000)), errno.ENOENT)
    refused("link outside", lambda: os.link("program.py", os.path.join(folder, "mine")))
    refused("link to the parent", lambda: os.link("program.py", "../mine"))
    os.unlink("input.txt")
    refused("symlink for the input", lambda: os.symlink(secret, "input.txt"))
    refused("folder", lambda: os.mkdir("deep"))
    refused("fifo", lambda: os.mkfifo("fifo"))
    refused("device", lambda: os.mknod("device", 0o060666, os.makedev(8, 0)))
    refused("socket node", lambda: os.mknod("socket", 0o140666))
    refused("socket", lambda: socket.socket(socket.AF_UNIX).bind("socket"))
    refused("scratch away", lambda: os.rename(os.getcwd(), os.path.join(folder, "mine")))
    refused("scratch gone", lambda: os.rmdir(os.getcwd()), errno.ENOTEMPTY)
