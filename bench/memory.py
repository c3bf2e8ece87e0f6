#!/usr/bin/env python3
"""Peak memory and time of `auif fuse` as images grow.

  bench/memory.py [--folder DIR] [--size WxH ...]     # needs build/cli/auif and 3 bytes per pixel

Makes 8-bit PGM pairs, fuses them and prints a table. Fails where a bound is broken:

  3840x2160    two sources, the result and 32 MiB
  30000x30000  512 MiB, and at most 1.2 times the time per pixel of a folder of 640x512 pairs
"""
import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

AUIF = Path(__file__).resolve().parent.parent / "build/cli/auif"
MIB = 1 << 20
SMALL, SMALL_PAIRS = (640, 512), 400


def write_image(path, width, height, seed):
    """Noise, every row another part of it."""
    noise = random.Random(seed).randbytes(width + 4096)
    with open(path, "wb") as file:
        file.write(b"P5\n%d %d\n255\n" % (width, height))
        for y in range(height):
            start = 37 * y % 4096
            file.write(noise[start:start + width])


def fuse(arguments):
    """Runs auif fuse; its wall time in seconds and its peak resident bytes."""
    start = time.perf_counter()
    process = os.posix_spawn(AUIF, [str(AUIF), "fuse", "--quiet", *map(str, arguments)], os.environ,
                             file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        sys.exit("auif fuse failed")
    return time.perf_counter() - start, usage.ru_maxrss * 1024


def report(name, pixels, seconds, peak):
    print(f"{name:>18}  {peak / MIB:9.1f}  {seconds:9.2f}  {1e9 * seconds / pixels:9.2f}", flush=True)


def small_pairs(folder, threads):
    """Seconds per pixel of many small pairs in one run."""
    for kind, seed in (("ir", 1), ("vis", 2)):
        (folder / kind).mkdir()
        first = folder / kind / "0.pgm"
        write_image(first, *SMALL, seed)
        for i in range(1, SMALL_PAIRS):
            os.link(first, folder / kind / f"{i}.pgm")
    seconds, peak = fuse([folder / "ir", folder / "vis", "-o", folder / "out", "--threads", threads])
    pixels = SMALL_PAIRS * SMALL[0] * SMALL[1]
    report(f"{SMALL_PAIRS} x {SMALL[0]}x{SMALL[1]}", pixels, seconds, peak)
    return seconds / pixels


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", help="where the images go for the while")
    parser.add_argument("--size", nargs="+", default=["1920x1080", "3840x2160", "30000x30000"])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    broken = []
    print(f"{'image':>18}  {'peak MiB':>9}  {'seconds':>9}  {'ns/pixel':>9}")
    for name in ["small", *options.size]:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            folder = Path(folder)
            if name == "small":
                small = small_pairs(folder, options.threads)
                continue
            width, height = map(int, name.split("x"))
            for kind, seed in (("ir", 1), ("vis", 2)):
                write_image(folder / f"{kind}.pgm", width, height, seed)
            seconds, peak = fuse([folder / "ir.pgm", folder / "vis.pgm", "-o", folder / "out.pgm",
                                  "--threads", options.threads])
            report(name, width * height, seconds, peak)
            if name == "3840x2160" and peak > 3 * width * height + 32 * MIB:
                broken.append(f"{name}: more memory than two sources, the result and 32 MiB")
            if name == "30000x30000" and peak > 512 * MIB:
                broken.append(f"{name}: more than 512 MiB")
            if name == "30000x30000" and seconds / (width * height) > 1.2 * small:
                broken.append(f"{name}: a pixel takes more than 1.2 times as long as in small pairs")
    sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
