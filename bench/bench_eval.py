#!/usr/bin/env python3
"""`auif eval` beside a Python evaluation in the style of the public ones (NumPy and SciPy, two-
dimensional convolutions): nine metrics of the convention cddfuse, same images, same number of
processes and threads. Prints both times and how far the values differ.

  bench/bench_eval.py SHARED [AUIF]     # needs python3-numpy, python3-scipy, python3-opencv

SHARED holds data/<set>/{ir,vis} and golden/authors/results/<set>.
"""
import csv
import io
import multiprocessing
import pathlib
import subprocess
import sys
import time

import cv2
import numpy as np
from scipy.ndimage import uniform_filter
from scipy.signal import convolve2d

METRICS = ["EN", "SD", "SF", "MI", "SCD", "VIF", "Qabf", "SSIM", "CC"]
SETS = ["flir-test", "tno"]
WORKERS = 2


def entropy(counts):
    p = counts[counts > 0] / counts.sum()
    return -(p * np.log(p)).sum()


def mutual_information(a, f):
    joint = np.histogram2d(a.ravel(), f.ravel(), bins=256, range=[[0, 256], [0, 256]])[0]
    return entropy(joint.sum(0)) + entropy(joint.sum(1)) - entropy(joint)


def correlation(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


def vifp(a, f, noise=2.0):
    kept = there = 0.0
    for scale in range(4):
        size = 2 ** (4 - scale) + 1
        x = np.arange(size) - size // 2
        window = np.exp(-(x[:, None] ** 2 + x**2) / (2 * (size / 5) ** 2))
        window /= window.sum()

        def smooth(image):
            return convolve2d(image, window, mode="valid")

        if scale > 0:
            a, f = smooth(a)[::2, ::2], smooth(f)[::2, ::2]
        ma, mf = smooth(a), smooth(f)
        va = np.maximum(smooth(a * a) - ma * ma, 0)
        vf = np.maximum(smooth(f * f) - mf * mf, 0)
        cov = smooth(a * f) - ma * mf
        gain = cov / (va + 1e-10)
        rest = vf - gain * cov
        gain[va < 1e-10] = 0
        rest[va < 1e-10] = vf[va < 1e-10]
        va[va < 1e-10] = 0
        gain[vf < 1e-10] = 0
        rest[vf < 1e-10] = 0
        rest[gain < 0] = vf[gain < 0]
        gain = np.maximum(gain, 0)
        rest = np.maximum(rest, 1e-10)
        kept += np.log10(1 + gain**2 * va / (rest + noise)).sum()
        there += np.log10(1 + va / noise).sum()
    return kept / there


def sobel(image):
    x = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    y = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
    gx, gy = convolve2d(image, x, mode="same"), convolve2d(image, y, mode="same")
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = np.where(gx == 0, np.pi / 2, np.arctan(gy / gx))
    return np.hypot(gx, gy), angle


def preserved(a, f):
    (ga, ta), (gf, tf) = a, f
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(ga == gf, gf, np.minimum(ga, gf) / np.maximum(ga, gf))
    turn = 1 - np.abs(ta - tf) / (np.pi / 2)
    return (0.9994 / (1 + np.exp(-15 * (ratio - 0.5)))) * (0.9879 / (1 + np.exp(-22 * (turn - 0.8))))


def qabf(a, b, f):
    ea, eb, ef = sobel(a), sobel(b), sobel(f)
    weighted = preserved(ea, ef) * ea[0] + preserved(eb, ef) * eb[0]
    return weighted.sum() / (ea[0] + eb[0]).sum()


def ssim(a, f, data_range=2.0):
    n = 49 / 48
    ma, mf = uniform_filter(a, 7), uniform_filter(f, 7)
    va = n * (uniform_filter(a * a, 7) - ma * ma)
    vf = n * (uniform_filter(f * f, 7) - mf * mf)
    cov = n * (uniform_filter(a * f, 7) - ma * mf)
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    values = (2 * ma * mf + c1) * (2 * cov + c2) / ((ma**2 + mf**2 + c1) * (va + vf + c2))
    return values[3:-3, 3:-3].mean()


def read(stem):
    for extension in (".png", ".jpg"):
        path = stem.with_name(stem.name + extension)
        if path.exists():
            return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).astype(float)
    raise SystemExit(f"no image {stem}")


def score(stems):
    a, b, f = map(read, stems)
    return [
        entropy(np.bincount(f.astype(int).ravel())) / np.log(2),
        f.std(),
        np.sqrt((np.diff(f, axis=0) ** 2).mean() + (np.diff(f, axis=1) ** 2).mean()),
        mutual_information(a, f) + mutual_information(b, f),
        correlation(a, f - b) + correlation(b, f - a),
        vifp(a, f) + vifp(b, f),
        qabf(a, b, f),
        ssim(a, f) + ssim(b, f),
        (correlation(a, f) + correlation(b, f)) / 2,
    ]


def main():
    shared = pathlib.Path(sys.argv[1])
    auif = sys.argv[2] if len(sys.argv) > 2 else "build/cli/auif"
    seconds = {"Python": 0.0, "auif": 0.0}
    worst, count = 0.0, 0
    for name in SETS:
        fused = shared / "golden/authors/results" / name
        images = sorted(path.stem for path in fused.iterdir())
        sources = [shared / "data" / name / kind for kind in ("ir", "vis")]
        stems = [[folder / image for folder in (*sources, fused)] for image in images]
        start = time.perf_counter()
        with multiprocessing.Pool(WORKERS) as pool:
            expected = np.array(pool.map(score, stems, chunksize=1))
        seconds["Python"] += time.perf_counter() - start

        command = [auif, "eval", "-q", "--ir", sources[0], "--vis", sources[1], "--fused", fused,
                   "--convention", "cddfuse", "--metrics", ",".join(METRICS), "--per-image",
                   "--format", "csv", "--threads", str(WORKERS)]
        start = time.perf_counter()
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds["auif"] += time.perf_counter() - start
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["image"] for row in rows] == images
        got = np.array([[float(row[metric]) for metric in METRICS] for row in rows])
        worst = max(worst, np.max(np.abs(got / expected - 1)))
        count += len(images)
    print(f"{count} images, {len(METRICS)} metrics, {WORKERS} processes or threads")
    for name, value in seconds.items():
        print(f"{name:10}{value:8.2f} s")
    print(f"ratio {seconds['Python'] / seconds['auif']:.0f}, values differ by at most {worst:.1e}")


if __name__ == "__main__":
    main()
