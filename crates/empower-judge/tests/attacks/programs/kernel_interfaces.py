# Interfaces of the kernel with a history of holes.
def attack(arena):
    block = ctypes.create_string_buffer(256)
    text = ctypes.c_char_p(b"x")
    refused("bpf", lambda: call("bpf", 0, block, 128))
    refused("perf", lambda: call("perf_event_open", block, 0, -1, -1, 0))
    refused("userfaultfd", lambda: call("userfaultfd", 0))
    refused("add_key", lambda: call("add_key", ctypes.c_char_p(b"user"), text, text, 1, -3))
    refused("request_key", lambda: call("request_key", ctypes.c_char_p(b"user"), text, 0, 0))
    refused("keyctl", lambda: call("keyctl", 0, -3, 1))
    refused("modify_ldt", lambda: call("modify_ldt", 1, block, 16))
    refused("a call of the future", lambda: call(500, 0, 0, 0))
    refused("a number far off", lambda: call(0x3fffffff, 0, 0, 0))
