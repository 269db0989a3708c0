# Leaves memory, semaphores and queues of System V and POSIX behind.
def attack(arena):
    PRIVATE, CREATE = 0, 0o1666
    refused("shmget", lambda: call("shmget", 0x6d6d, 4096, CREATE))
    refused("shmget, private", lambda: call("shmget", PRIVATE, 4096, CREATE))
    refused("semget", lambda: call("semget", 0x6d6d, 1, CREATE))
    refused("msgget", lambda: call("msgget", 0x6d6d, CREATE))
    refused("mq_open", lambda: call("mq_open", ctypes.c_char_p(arena["marker"].encode()), 0o102, 0o666, 0))
    def shared():
        from multiprocessing import shared_memory
        shared_memory.SharedMemory(arena["marker"], create=True, size=4096)
    def semaphore():
        import _multiprocessing
        _multiprocessing.SemLock(1, 1, 1, "/" + arena["marker"], False)
    refused("shared memory", shared)
    refused("semaphore", semaphore, errno.ENOENT)
