#!/usr/bin/env python3
"""Grey images too large for little memory, and what becomes of them.

    large_image.py strips FILE WIDTH HEIGHT     16-bit TIFF of noise, 7 rows a strip
    large_image.py one FILE WIDTH HEIGHT        the same, deflate, in one strip
    large_image.py differ A B                   print the largest difference of two
                                                deflated float TIFFs of equal size
    large_image.py peak COMMAND...              run it; print its peak memory in MiB
"""
import array
import random
import resource
import struct
import subprocess
import sys
import zlib


def write(path, width, height, rows, pack):
    source = random.Random(1)
    lines = [source.randbytes(2 * width) for _ in range(height)]
    strips = [pack(b"".join(lines[y:y + rows])) for y in range(0, height, rows)]
    compression = 1 if pack is bytes else 8
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 16),
            (259, 3, 1, compression), (262, 3, 1, 1), (277, 3, 1, 1), (278, 4, 1, rows)]
    at = 8 + 2 + 12 * (len(tags) + 2) + 4
    count = len(strips)
    single = count == 1
    data = at + (0 if single else 8 * count)
    tags.append((273, 4, count, data if single else at))
    tags.append((279, 4, count, len(strips[0]) if single else at + 4 * count))
    with open(path, "wb") as file:
        file.write(struct.pack("<2sHIH", b"II", 42, 8, len(tags)))
        for tag in sorted(tags):
            file.write(struct.pack("<HHII", *tag))
        file.write(struct.pack("<I", 0))
        if not single:
            for i in range(count):
                file.write(struct.pack("<I", data + sum(map(len, strips[:i]))))
            file.write(struct.pack(f"<{count}I", *map(len, strips)))
        file.write(b"".join(strips))


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    at = struct.unpack_from("<I", data, 4)[0]
    tags = {}
    for i in range(struct.unpack_from("<H", data, at)[0]):
        tag, kind, count, value = struct.unpack_from("<HHII", data, at + 2 + 12 * i)
        size = {3: "H", 4: "I"}.get(kind)
        where = value if count * (4 if kind == 4 else 2) > 4 else at + 10 + 12 * i
        tags[tag] = struct.unpack_from(f"<{count}{size}", data, where) if size else ()
    out = array.array("f")
    for offset, count in zip(tags[273], tags[279]):
        out.frombytes(zlib.decompress(data[offset:offset + count]))
    return out


def main():
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "strips":
        write(arguments[0], int(arguments[1]), int(arguments[2]), 7, bytes)
    elif what == "one":
        height = int(arguments[2])
        write(arguments[0], int(arguments[1]), height, height, zlib.compress)
    elif what == "differ":
        a, b = read(arguments[0]), read(arguments[1])
        assert len(a) == len(b) > 0
        print(max(abs(x - y) for x, y in zip(a, b)))
    else:
        code = subprocess.run(arguments, check=False).returncode
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
        sys.exit(code)


main()
