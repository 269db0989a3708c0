# Watches what others do with files, and uses up the user's watches.
def attack(arena):
    refused("inotify_init", lambda: call("inotify_init"))
    refused("inotify_init1", lambda: checked(libc.inotify_init1(0)))
    refused("inotify_add_watch", lambda: call("inotify_add_watch", 0, ctypes.c_char_p(b"/tmp"), 0xFFF))
    refused("fanotify", lambda: call("fanotify_init", 0, 0))
