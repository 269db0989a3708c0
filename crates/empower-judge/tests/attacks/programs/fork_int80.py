# Enters the kernel by the 32-bit gate, whose call numbers a filter of 64-bit numbers would misread: 2 is fork there.
def attack(arena):
    import mmap
    if os.uname().machine != "x86_64":
        os.abort()
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x02\x00\x00\x00\xcd\x80\xc3")  # mov eax, 2; int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    result = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    if result == 0:
        os._exit(0)
    return "worked: int 0x80" if result > 0 else "refused by error"
