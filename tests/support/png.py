"""png.py: looks at the pixels of PNG files of 8-bit RGB, without our decoder.

    png.py size FILE...                      "WIDTH HEIGHT" of each
    png.py count FILE RRGGBB [REGION]        how many pixels have this colour
    png.py box FILE RRGGBB [REGION]          the box around the pixels of this colour, or "none"
    png.py changed FILE FILE                 the box around the pixels that differ, or "none"; the sizes must be equal

A box is "LEFT TOP RIGHT BOTTOM", a REGION the same as four arguments; RIGHT and BOTTOM are exclusive. As a module:
read(path) gives the width, the height and the rows of pixels as bytes.
"""
import struct
import sys
import zlib


def unfilter(kind, row, above):
    """One row of samples, 3 bytes a pixel, from its filtered bytes."""
    if kind == 0:
        return row
    if kind == 2:
        return bytes((a + b) & 255 for a, b in zip(row, above))
    row = bytearray(row)
    for i, value in enumerate(row):
        a, b, c = (row[i - 3] if i > 2 else 0), above[i], (above[i - 3] if i > 2 else 0)
        paeth = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
        row[i] = (value + {1: a, 3: (a + b) // 2, 4: paeth}[kind]) & 255
    return bytes(row)


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", f"{path}: not a PNG"
    at, packed = 8, []
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert zlib.crc32(kind + body) == int.from_bytes(data[at + 8 + size:at + 12 + size], "big"), kind
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert (depth, colour, interlaced) == (8, 2, 0)
        elif kind == b"IDAT":
            packed.append(body)
        at += 12 + size
    assert kind == b"IEND", f"{path}: no end"
    raw, stride = zlib.decompress(b"".join(packed)), 3 * width + 1
    assert len(raw) == stride * height, f"{path}: {len(raw)} bytes of rows"
    rows, above = [], bytes(3 * width)
    for y in range(height):
        above = unfilter(raw[y * stride], raw[y * stride + 1:(y + 1) * stride], above)
        rows.append(above)
    return width, height, rows


def box(places):
    """The box around (x, y) places, as text."""
    if not places:
        return "none"
    xs, ys = zip(*places)
    return f"{min(xs)} {min(ys)} {max(xs) + 1} {max(ys) + 1}"


def with_colour(path, colour, *region):
    width, height, rows = read(path)
    left, top, right, bottom = map(int, region) if region else (0, 0, width, height)
    colour = bytes.fromhex(colour)
    return [(x, y) for y in range(top, bottom) if colour in rows[y] for x in range(left, right)
            if rows[y][3 * x:3 * x + 3] == colour]


def differing(a, b):
    width, height, rows = read(a)
    other_width, other_height, others = read(b)
    assert (width, height) == (other_width, other_height), "sizes differ"
    return [(x, y) for y in range(height) if rows[y] != others[y] for x in range(width)
            if rows[y][3 * x:3 * x + 3] != others[y][3 * x:3 * x + 3]]


def main(command, path, *rest):
    if command == "size":
        for path in (path, *rest):
            print(*read(path)[:2])
    elif command == "count":
        print(len(with_colour(path, *rest)))
    elif command == "box":
        print(box(with_colour(path, *rest)))
    elif command == "changed":
        print(box(differing(path, *rest)))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
