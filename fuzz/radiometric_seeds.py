#!/usr/bin/env python3
"""Writes small radiometric JPEG files into a folder: seeds of fuzz_radiometric."""
import pathlib
import struct
import sys
import zlib

WIDTH, HEIGHT = 8, 6


def png(bits, channels, rows):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    colour = 0 if channels == 1 else 2
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, colour, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def record(order, kind, data):
    return struct.pack(order + "HHH", kind, WIDTH, HEIGHT).ljust(32, b"\0") + data


def camera(order):
    data = bytearray(0x400)
    struct.pack_into(order + "H", data, 0, 2)
    struct.pack_into(order + "8f", data, 0x20, 0.95, 3, 293, 293, 293, 1, 0, 0.5)
    struct.pack_into(order + "3f", data, 0x58, 13559, 1368, 1)
    struct.pack_into(order + "5f", data, 0x70, 0.006569, 0.01262, -0.002276, -0.00667, 1.9)
    data[0xD4:0xDC] = b"Test cam"
    struct.pack_into(order + "if", data, 0x308, -5202, 0.01)
    return bytes(data)


def container(order, packed, colour):
    values = [10000 + 37 * i for i in range(WIDTH * HEIGHT)]
    if packed:
        rows = [struct.pack(f"<{WIDTH}H", *values[y * WIDTH:][:WIDTH]) for y in range(HEIGHT)]
        raw = png(16, 1, rows)
    else:
        raw = struct.pack(f"{order}{len(values)}H", *values)
    channels = 3 if colour else 1
    visible = png(8, channels, [bytes(range(y, y + WIDTH * channels)) for y in range(HEIGHT)])
    records = [(1, record(order, 2, raw)), (0x0E, record(order, 3, visible)),
               (0x20, camera(order)), (0x2A, struct.pack("<f6h", 1.5, 1, -1, 2, 5, 1, 4))]
    at = 64 + 32 * len(records)
    entries, data = b"", b""
    for kind, body in records:
        head = struct.pack(order + "HHIIII", kind, 1, 100, 1, at + len(data), len(body))
        entries += head.ljust(32, b"\0")
        data += body
    head = struct.pack(order + "4s16sIII", b"FFF\0", b"Test", 100, 64, len(records))
    return head.ljust(64, b"\0") + entries + data


def segment(marker, data):
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(segments):
    frame = segment(0xC0, struct.pack(">BHHB", 8, HEIGHT, WIDTH, 1) + b"\1\x11\0")
    return b"\xff\xd8" + segments + frame + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\xff\xd9"


def main():
    folder = pathlib.Path(sys.argv[1])
    for order in "<>":
        for packed in (False, True):
            for part in (400, 60000):
                data = container(order, packed, packed)
                parts = [data[i:i + part] for i in range(0, len(data), part)]
                segments = b"".join(
                    segment(0xE1, b"FLIR\0\1" + bytes([i, len(parts) - 1]) + body)
                    for i, body in enumerate(parts))
                name = f"flir_{'big' if order == '>' else 'little'}_{packed:d}_{part}.jpg"
                (folder / name).write_bytes(jpeg(segments))
    values = segment(0xE3, bytes(2 * WIDTH * HEIGHT))
    (folder / "dji.jpg").write_bytes(jpeg(segment(0xE4, b"\xaa\x55\x12\x06") + values))


main()
