# Becomes another program: a shell, a setuid one, a script and a binary of its own, a binary through the loader.
def attack(arena):
    ENOENT = errno.ENOENT
    for path in ("/bin/sh", "/bin/true", "/usr/bin/su", "/bin/mount", "/usr/bin/env"):
        refused(path, lambda: os.execv(path, [path]), ENOENT)
    with open("script", "w") as file:
        file.write("#!%s\nprint('worked: script')\n" % sys.executable)
    refused("script", lambda: os.execv("./script", ["script"]))
    old = os.umask(0)
    binary = os.open("binary", os.O_CREAT | os.O_WRONLY, 0o777)
    os.umask(old)
    os.write(binary, open(sys.executable, "rb").read(1 << 24))
    os.close(binary)
    refused("own binary", lambda: os.execv("./binary", ["binary", "-c", "print('worked: binary')"]))
    # The loader may run, since the interpreter needs it; what it loads stays as confined as before.
    command = "try:\n open(%r); print('worked: loader')\nexcept OSError: print('all refused under the loader')"
    for loader in ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"):
        if os.path.exists(loader) and not _worked and not _odd:
            os.execv(loader, [loader, sys.executable, "-S", "-c", command % arena["secret"]])
