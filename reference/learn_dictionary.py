#!/usr/bin/env python3
"""Learns the patterns of CSR (`auif fuse --method csr`) for models/.

reference/learn_dictionary.py -o FILE [--steps N] [--seed S] DATA...

DATA are folders of images, searched with their subfolders; both modalities are used as plain grey
images. FILE is a safetensors file with the tensor D, patterns x rows x columns, and says in its
metadata how it was made.

Online convolutional dictionary learning with all of the past (J. Liu, C. Garcia-Cardona,
B. Wohlberg, W. Yin, "First- and second-order methods for online convolutional dictionary learning",
SIAM J. Imaging Sciences 11(2), 2018): each step codes random crops of the images' high-pass parts,
as the method does,

  min over x of 1/2 |sum_m d_m * x_m - s|^2 + lambda sum_m |x_m|_1,

adds their part to the quadratic function of D that the sums of such terms are, with the older ones
fading, and minimises that over patterns of length at most 1.
"""
import argparse
import hashlib
import math
import pathlib
import time

import cv2
import numpy as np
import torch

from safetensors_io import write

FADING = 10  # step t multiplies what is older by (1 - 1 / t)^FADING
TAPER = 8  # pixels at a crop's border that fade to zero: its opposite sides meet


def high_pass(image, weight=5, pad=16):
    """The image in [0, 1] less the low-pass part that CSR takes off."""
    padded = np.pad(image, pad, "symmetric")
    rows, columns = (2 - 2 * np.cos(2 * np.pi * np.fft.fftfreq(n)) for n in padded.shape)
    spectrum = np.fft.fft2(padded) / (1 + weight * (rows[:, None] + columns))
    return image - np.fft.ifft2(spectrum).real[pad:-pad, pad:-pad]


def read_images(folders, smallest):
    images, content = [], hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            if image is None or min(image.shape) < smallest:
                continue
            content.update(image.tobytes())
            images.append(high_pass(image / 255.0).astype(np.float32))
    return images, content.hexdigest()[:16]


def code(filters, signals, penalty, iterations, tolerance):
    """Maps (crop, pattern, row, column) by ADMM, and the objective for a crop."""
    shape = signals.shape[-2:]
    spectra = torch.fft.rfft2(filters, shape)
    of_signals = torch.fft.rfft2(signals)[:, None]
    power = (spectra.abs() ** 2).sum(0)
    rho = 50 * penalty + 1
    target = 1 + 18.3 ** (math.log10(penalty) + 1)
    y = signals.new_zeros(len(signals), len(filters), *shape)
    u, tiny = torch.zeros_like(y), torch.tensor(1e-30)
    for k in range(iterations):
        z = torch.fft.rfft2(y - u)
        rest = (of_signals - (spectra * z).sum(1, keepdim=True)) / (rho + power)
        x = torch.fft.irfft2(z + spectra.conj() * rest, shape)
        relaxed = 1.8 * x - 0.8 * y
        before = y
        y = torch.nn.functional.softshrink(relaxed + u, penalty / rho)
        u = u + relaxed - y
        r = float((x - y).norm() / max(x.norm(), y.norm(), tiny))
        s = float((before - y).norm() / max(u.norm(), tiny))
        if max(r, s) <= tolerance:
            break
        if k > 0 and r > 0 and s > 0:
            factor = 1.0
            scaling = math.sqrt(r / (s * target))
            scaling = min(max(scaling, 1 / scaling), 100)
            if r > 1.2 * target * s:
                factor = scaling
            if s > 1.2 / target * r:
                factor = 1 / scaling
            rho *= factor
            u /= factor
    of_maps = torch.fft.rfft2(y)
    error = torch.fft.irfft2((spectra * of_maps).sum(1), shape) - signals
    objective = float(0.5 * error.square().sum() + penalty * y.abs().sum()) / len(signals)
    return of_maps, of_signals, objective


def statistics(of_maps, of_signals, shape, size):
    """What the squared error is made of as a function of D: the matrix and the vector."""
    # Correlations of maps with each other at lags -size < lag < size, and with the signal.
    own = torch.einsum("bmyx,bnyx->mnyx", of_maps.conj(), of_maps)
    own = torch.fft.irfft2(own, shape)
    lag = torch.arange(size, device=own.device)
    lag = lag[:, None] - lag  # of taps i, k
    matrix = own[:, :, lag[:, None, :, None], lag[:, None, :]]  # [m][n][i][j][k][l]
    matrix = matrix.permute(0, 2, 3, 1, 4, 5).reshape(len(own) * size * size, -1)
    vector = torch.fft.irfft2((of_maps.conj() * of_signals).sum(0), shape)[:, :size, :size]
    return matrix, vector.reshape(-1)


def minimise(filters, matrix, vector, iterations=50):
    """Over patterns of length at most 1, by FISTA."""
    x = torch.ones_like(vector)
    for _ in range(10):
        x = matrix @ x
        size = x.norm()
        x = x / size
    step = 1 / (1.1 * float(size))
    d = point = filters.reshape(len(filters), -1)
    t = 1.0
    for _ in range(iterations):
        gradient = (matrix @ point.reshape(-1) - vector).reshape_as(point)
        new = point - step * gradient
        new = new / new.norm(dim=1, keepdim=True).clamp(min=1)
        t_new = (1 + math.sqrt(1 + 4 * t * t)) / 2
        point = new + (t - 1) / t_new * (new - d)
        d, t = new, t_new
    return d.reshape_as(filters)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=pathlib.Path)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--patterns", type=int, default=32)
    parser.add_argument("--size", type=int, default=8)
    parser.add_argument("--penalty", type=float, default=0.01, help="lambda")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    choose = np.random.default_rng(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    images, fingerprint = read_images(options.data, options.crop)
    filters = choose.standard_normal((options.patterns, options.size, options.size))
    filters /= np.sqrt((filters ** 2).sum((1, 2), keepdims=True))
    filters = torch.from_numpy(filters.astype(np.float32)).to(device)
    shape = (options.crop, options.crop)
    ramp = np.sin(np.pi / 2 * np.minimum(1, (np.arange(options.crop) + 0.5) / TAPER)) ** 2
    window = (np.outer(ramp * ramp[::-1], ramp * ramp[::-1])).astype(np.float32)
    start = time.time()
    matrix = vector = 0
    for step in range(1, options.steps + 1):
        crops = []
        for i in choose.integers(len(images), size=options.batch):
            y, x = (choose.integers(side - options.crop + 1) for side in images[i].shape)
            crops.append(images[i][y:y + options.crop, x:x + options.crop] * window)
        signals = torch.from_numpy(np.stack(crops)).to(device)
        of_maps, of_signals, objective = code(filters, signals, options.penalty, 200, 3e-3)
        own, cross = statistics(of_maps, of_signals, shape, options.size)
        fading = (1 - 1 / step) ** FADING
        matrix, vector = fading * matrix + own, fading * vector + cross
        filters = minimise(filters, matrix, vector)
        if step % 20 == 0 or step == 1:
            print(f"step {step}: objective {objective:.4f} a crop, {time.time() - start:.0f} s",
                  flush=True)

    filters = filters.cpu().numpy().astype(np.float64)
    filters /= np.sqrt((filters ** 2).sum((1, 2), keepdims=True))
    write(options.output, {"D": filters.astype(np.float32)}, {
        "network": "csr",
        "images": f"{len(images)}, fingerprint {fingerprint}",
        "lambda": str(options.penalty), "steps": str(options.steps), "batch": str(options.batch),
        "crop": str(options.crop), "seed": str(options.seed),
        "device": torch.cuda.get_device_name() if device == "cuda" else "CPU",
        "seconds": f"{time.time() - start:.0f}", "torch": torch.__version__})


if __name__ == "__main__":
    main()
