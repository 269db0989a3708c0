# Enters namespaces where it would be root, and mounts.
def attack(arena):
    block = ctypes.c_char_p(b"/tmp")
    for flag in (0x10000000, 0x20000000, 0x40000000, 0x00020000, 0x04000000, 0x08000000, 0x02000000, 0x80, 0x400, 0x200):
        refused("unshare %x" % flag, lambda: call("unshare", flag))
    refused("setns", lambda: call("setns", 0, 0), errno.EINVAL)
    refused("mount", lambda: call("mount", block, block, ctypes.c_char_p(b"tmpfs"), 0, 0))
    refused("bind mount", lambda: call("mount", ctypes.c_char_p(b"/"), ctypes.c_char_p(b"."), 0, 4096, 0))
    refused("umount", lambda: call("umount2", ctypes.c_char_p(b"/proc"), 2))
    refused("pivot_root", lambda: call("pivot_root", block, block))
    refused("fsopen", lambda: call("fsopen", ctypes.c_char_p(b"tmpfs"), 0))
    refused("open_tree", lambda: call("open_tree", -100, block, 1))
    refused("move_mount", lambda: call("move_mount", -100, block, -100, block, 0))
    refused("mount_setattr", lambda: call("mount_setattr", -100, block, 0, 0, 0))
