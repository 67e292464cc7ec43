#!/usr/bin/env python3
"""Succeed when two 8-bit grey PNG files hold the same pixels.

    same_png.py FILE FILE
"""
import struct
import sys
import zlib


def unfilter(kind, row, before):
    out = bytearray()
    for i, value in enumerate(row):
        left = out[i - 1] if i > 0 else 0
        up = before[i]
        corner = before[i - 1] if i > 0 else 0
        guess = left + up - corner
        near = min((abs(guess - p), n, p) for n, p in enumerate((left, up, corner)))[2]
        add = (0, left, up, (left + up) // 2, near)[kind]
        out.append((value + add) & 255)
    return bytes(out)


def pixels(path):
    with open(path, "rb") as file:
        data = file.read()
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            if (depth, colour) != (8, 0):
                sys.exit(f"# {path}: not 8-bit grey")
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    raw, rows, before = zlib.decompress(packed), [], bytes(width)
    for y in range(height):
        line = raw[y * (width + 1):(y + 1) * (width + 1)]
        before = unfilter(line[0], line[1:], before)
        rows.append(before)
    return rows


if pixels(sys.argv[1]) != pixels(sys.argv[2]):
    sys.exit(f"# {sys.argv[1]} and {sys.argv[2]} differ")
