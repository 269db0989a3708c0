# Becomes a new interpreter with options of its own, which reads what it may not.
def attack(arena):
    code = "import sys; print('worked: ' + open(%r).read())" % arena["secret"]
    os.execve(sys.executable, [sys.executable, "-S", "-c", code], {"PYTHONHOME": "", "LD_PRELOAD": arena["secret"]})
