#!/usr/bin/python3
"""The comparators of `auif fuse --method` beside the same in NumPy and PyTorch (methods_python.py).

  bench/compare_methods.py [--rounds N] [--size WxH] [--methods NAME ...]        # needs build/cli/auif

Both fuse the project's sample pair, in turns, a process each: auif from file to file, Python from
memory to memory after the program is loaded. Prints a table of medians; images must agree.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "examples/sample"
AUIF = ROOT / "build/cli/auif"
# Pixels that may be one level off: sums of floats are rounded in another order.
MOST_OFF, MOST_DIFFERENT = 1, 0.002
# FusionGAN divides by deviations over the whole image; csr's solver stops at a residual.
MOST_OFF_OF = {"csr": 2, "fusiongan": 2}


def worker(name, threads, ir, vis, out):
    import cv2
    import numpy as np
    import torch

    import methods_python

    torch.set_num_threads(threads)
    images = [np.float64(cv2.imread(path, cv2.IMREAD_GRAYSCALE)) for path in (ir, vis)]
    start = time.perf_counter()
    with torch.inference_mode():
        fused = methods_python.METHODS[name](*images)
    print(json.dumps(time.perf_counter() - start))
    cv2.imwrite(out, fused)


def difference(path, other):
    import cv2
    import numpy as np

    a, b = (cv2.imread(p, cv2.IMREAD_GRAYSCALE).astype(int) for p in (path, other))
    return int(np.abs(a - b).max()), float((a != b).mean())


def main():
    if sys.argv[1:2] == ["--worker"]:
        name, threads, *files = sys.argv[2:]
        return worker(name, int(threads), *files)
    import methods_python

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", default="640x512", metavar="WxH")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--methods", nargs="+", metavar="NAME",
                        choices=sorted(methods_python.METHODS),
                        help="some alone; csr takes minutes a round in Python")
    options = parser.parse_args()
    if not AUIF.exists():
        sys.exit(f"compare_methods.py: error: {AUIF} is missing; make builds it")
    import cv2

    failed = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        size = tuple(map(int, options.size.split("x")))
        sources = []
        for kind in ("ir", "vis"):
            image = cv2.imread(str(next((SAMPLE / kind).iterdir())), cv2.IMREAD_GRAYSCALE)
            sources.append(str(folder / f"{kind}.pgm"))
            cv2.imwrite(sources[-1], cv2.resize(image, size))
        print(f"Load {os.getloadavg()[0]:.1f} at the start, {options.threads} threads, "
              f"{options.size}.\n")
        print("| method | auif, s | Python, s | times as fast | levels off | pixels that differ |")
        print("|---|---:|---:|---:|---:|---:|")
        for name in options.methods or methods_python.METHODS:
            own, python = str(folder / f"{name}.pgm"), str(folder / f"{name}-python.pgm")
            times = {"auif": [], "python": []}
            for _ in range(options.rounds):
                start = time.perf_counter()
                subprocess.run([AUIF, "fuse", "-q", *sources, "-o", own, "--method", name,
                                "--threads", str(options.threads)], check=True)
                times["auif"].append(time.perf_counter() - start)
                said = subprocess.run([sys.executable, __file__, "--worker", name,
                                       str(options.threads), *sources, python],
                                      check=True, stdout=subprocess.PIPE, text=True).stdout
                times["python"].append(json.loads(said))
            a, b = (statistics.median(times[way]) for way in ("auif", "python"))
            off, different = difference(own, python)
            if off > MOST_OFF_OF.get(name, MOST_OFF) or different > MOST_DIFFERENT * (
                    MOST_OFF_OF.get(name, 1) ** 4):
                failed.append(f"{name}: {off} levels off, {different:.2%} of the pixels differ")
            print(f"| `{name}` | {a:.3f} | {b:.3f} | {b / a:.1f} | {off} | {different:.3%} |",
                  flush=True)
    if failed:
        sys.exit("compare_methods.py: error: " + "; ".join(failed))


if __name__ == "__main__":
    main()
