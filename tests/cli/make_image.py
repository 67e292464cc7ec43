#!/usr/bin/env python3
"""Write a small image by hand, so that tests need no image library.

    make_image.py FILE KIND HEIGHT WIDTH VALUE...

KIND is png8, png16, pngrgb (three equal channels), tiff8, tiff32 or tiff32f.  The values are
repeated until the image, row by row, is full; "ramp" alone counts up from 0.
"""
import itertools
import struct
import sys
import zlib


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(
        ">I", zlib.crc32(name + data))


def png(kind, height, width, values):
    depth = 16 if kind == "png16" else 8
    channels = 3 if kind == "pngrgb" else 1
    code = ">H" if depth == 16 else ">B"
    rows = b""
    for y in range(height):
        row = values[y * width:(y + 1) * width]
        rows += b"\0" + b"".join(struct.pack(code, int(v)) * channels for v in row)
    header = struct.pack(">IIBBBBB", width, height, depth, 2 if channels == 3 else 0,
                         0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)
            + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b""))


def tiff(kind, height, width, values):
    real = kind == "tiff32f"
    wide = kind != "tiff8"
    data = b"".join(struct.pack("<f", v) if real
                    else struct.pack("<I" if wide else "<B", int(v)) for v in values)
    # Tag, type (3 = 16 bit, 4 = 32 bit), value; the pixels follow the one directory.
    tags = [(256, 4, width), (257, 4, height), (258, 3, 32 if wide else 8), (259, 3, 1),
            (262, 3, 1), (273, 4, 0), (277, 3, 1), (278, 4, height), (279, 4, len(data)),
            (339, 3, 3 if real else 1)]
    start = 8 + 2 + 12 * len(tags) + 4
    body = struct.pack("<H", len(tags))
    for tag, type_, value in tags:
        body += struct.pack("<HHII", tag, type_, 1, start if tag == 273 else value)
    return b"II*\0" + struct.pack("<I", 8) + body + struct.pack("<I", 0) + data


def main():
    path, kind, height, width = sys.argv[1:5]
    count = int(height) * int(width)
    if sys.argv[5:] == ["ramp"]:
        values = [i % 251 for i in range(count)]
    else:
        given = itertools.cycle(float(v) for v in sys.argv[5:])
        values = list(itertools.islice(given, count))
    make = tiff if kind.startswith("tiff") else png
    with open(path, "wb") as file:
        file.write(make(kind, int(height), int(width), values))


main()
