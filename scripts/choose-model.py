#!/usr/bin/env python3
"""Trains candidates for the built-in model and ranks them on validation pairs.

scripts/choose-model.py DATA --reference MODEL -o OUT [--seeds 0 1 2 ...] [-- FLAGS OF auif train]

DATA has flir-train, nir-street and nir-urban. Every sixth pair of flir-train is held out, and all
three sets are fused and scored; no test set is read. MODEL is the authors' published one (`auif
import`). Twelve cells, six metrics on the held-out thermal pairs and six on the near-infrared ones
(the mean of both sets), are compared with a target: what MODEL scores there, times what the paper's
Table 3 prints for its network over what MODEL scores on the test set of that kind. A candidate's
score is the mean over the cells of its ratio to the target, of which what exceeds 1 does not count.
"""
import argparse
import subprocess
import tempfile
from pathlib import Path

# EN SD SF VIF AG SCD: paper Table 3 over the published model's means (FLIR, then NIR-Country), both in `auif-paper`.
THERMAL = (7.4644, 48.9926, 20.2932, 0.6322, 5.9091, 1.8649)
THERMAL_MODEL = (7.4546, 47.5765, 19.943, 0.6404, 5.94, 1.8795)
INFRARED = (7.3883, 61.8759, 28.5219, 1.0373, 9.3274, 1.6946)
INFRARED_MODEL = (7.4391, 60.854, 28.488, 1.0191, 9.35, 1.6904)
HOLD_OUT = 6


def held_out(data, folder):
    """Links to the pairs that `auif train --hold-out` leaves out."""
    for modality in ("ir", "vis"):
        (folder / modality).mkdir(parents=True)
        for image in sorted((data / "flir-train" / modality).iterdir())[HOLD_OUT - 1 :: HOLD_OUT]:
            (folder / modality / image.name).symlink_to(image.resolve())
    return folder


def score(auif, model, pairs):
    """The means of the six metrics over a folder of pairs."""
    with tempfile.TemporaryDirectory() as fused:
        subprocess.run([auif, "fuse", pairs, "-o", fused, "--model", model, "-q"], check=True)
        command = [auif, "eval", "--ir", pairs, "--fused", fused, "--convention", "auif-paper"]
        rows = subprocess.run(
            [*command, "--format", "csv", "-q"], check=True, capture_output=True, text=True
        ).stdout
    return [float(value) for value in rows.splitlines()[1].split(",")[1:]]


def cells(scores, reference):
    """Ratios to the target: 6 of the held-out pairs, 6 of the near-infrared ones."""
    thermal, street, urban = (
        [a / b for a, b in zip(mine, theirs)] for mine, theirs in zip(scores, reference)
    )
    infrared = [(a + b) / 2 for a, b in zip(street, urban)]
    ratios = [r * m / p for r, p, m in zip(thermal, THERMAL, THERMAL_MODEL)]
    return ratios + [r * m / p for r, p, m in zip(infrared, INFRARED, INFRARED_MODEL)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = Path(__file__).resolve().parents[1]
    parser.add_argument("data", type=Path)
    parser.add_argument("--reference", type=Path, required=True, help="the authors' model")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the candidates")
    parser.add_argument("--seeds", type=int, nargs="+", default=range(8))
    parser.add_argument("--auif", type=Path, default=root / "build/cli/auif")
    parser.add_argument("flags", nargs="*", help="of auif train, behind --")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        sets = [held_out(args.data, Path(folder) / "held")]
        sets += [args.data / "nir-street", args.data / "nir-urban"]
        reference = [score(args.auif, args.reference, pairs) for pairs in sets]
        for seed in args.seeds:
            model = args.output / f"{seed}.safetensors"
            command = [args.auif, "train", args.data / "flir-train", "-o", model, "-q"]
            command += ["--seed", str(seed), "--hold-out", str(HOLD_OUT), "--val-epochs", "1000000"]
            subprocess.run([*command, *args.flags], check=True)
            ratios = cells([score(args.auif, model, pairs) for pairs in sets], reference)
            mean = sum(min(r, 1) for r in ratios) / 12
            rows.append((mean, sum(r >= 1 for r in ratios), seed, ratios))
    print("| seed | score | cells at target | held out, EN SD SF VIF AG SCD | near infrared |")
    print("| ---: | ---: | ---: | --- | --- |")
    for total, count, seed, ratios in sorted(rows, reverse=True):
        text = [f"{r:.3f}" for r in ratios]
        print(f"| {seed} | {total:.4f} | {count} | {' '.join(text[:6])} | {' '.join(text[6:])} |")


if __name__ == "__main__":
    main()
