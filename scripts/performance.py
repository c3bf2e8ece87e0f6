#!/usr/bin/env python3
"""Measures what docs/performance.md says and prints its tables.

scripts/performance.py [--build BUILD]: `auif bench` at several sizes on one and two threads, the
SIMD targets, the error of each against the reference, and the time of whole `auif fuse` processes.
On a machine with nothing else to do; takes about three minutes.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path


def bench(auif, size, threads, target=None, seconds=2):
    environment = dict(os.environ, **({"AUIF_SIMD": target} if target else {}))
    command = [auif, "bench", "--size", size, "--threads", str(threads), "--json"]
    command += ["--seconds", str(seconds)]
    output = subprocess.run(command, env=environment, check=True, capture_output=True).stdout
    result = json.loads(output)
    return result[0] if isinstance(result, list) else result


def process_times(auif, sample, runs=21):
    """Milliseconds from start to exit of fusing the 640x512 sample pair."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        command = [auif, "fuse", sample / "ir/street.png", sample / "vis/street.png"]
        command += ["-q", "-o", Path(folder) / "fused.png"]
        for _ in range(runs):
            start = time.perf_counter()
            subprocess.run(command, check=True)
            times.append(1e3 * (time.perf_counter() - start))
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = Path(__file__).resolve().parents[1]
    parser.add_argument("--build", type=Path, default=root / "build")
    args = parser.parse_args()
    auif = args.build / "cli/auif"

    print("| size | 1 thread, ms | of peak | 2 threads, ms | p95 | of peak | 2 against 1 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    # Rounds through all sizes, one thread and two by turns, so that a disturbance spoils one value
    # of each and not all of one.
    sizes = ("320x240", "640x512", "1280x720", "1920x1080", "3840x2160", "7680x4320")
    runs = [{(s, t): bench(auif, s, t, seconds=1) for s in sizes for t in (1, 2)} for _ in range(5)]

    def median(size, threads):
        return sorted((r[size, threads] for r in runs), key=lambda x: x["ms_median"])[2]

    for size in sizes:
        one, two = median(size, 1), median(size, 2)
        print(
            f"| {size} | {one['ms_median']:.2f} | {100 * one['peak_ratio']:.0f} % "
            f"| {two['ms_median']:.2f} | {two['ms_p95']:.2f} | {100 * two['peak_ratio']:.0f} % "
            f"| {one['ms_median'] / two['ms_median']:.2f} |"
        )
    print("\n| target, 640x512, 1 thread | ms | GFLOP/s | FMA peak of the target | of peak |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for target in ("AVX3", "AVX2", "SSE4", "SCALAR"):
        r = bench(auif, "640x512", 1, target)
        print(
            f"| {target} | {r['ms_median']:.2f} | {r['gflops']:.0f} | {r['fma_peak_gflops']:.0f} "
            f"| {100 * r['peak_ratio']:.0f} % |"
        )
    print()
    subprocess.run([args.build / "tests/accuracy"], check=True)
    times = process_times(auif, root / "examples/sample")
    print(f"\nauif fuse, 640x512 PNG pair, start to exit: median {statistics.median(times):.1f} ms, "
          f"largest of {len(times)}: {max(times):.1f} ms")


if __name__ == "__main__":
    main()
