#!/usr/bin/python3
"""Fuses one pair by every method and draws the results side by side.

  scripts/method-sheet.py -o docs/images/methods.jpg [--pair IR VIS] [NAME:KEY=VALUE ...]

Needs build/cli/auif. A method with settings stands for the one without; one whose weights are missing
is left out. The pair is the project's sample.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
AUIF = ROOT / "build/cli/auif"
SAMPLE = [ROOT / "examples/sample" / kind / "street.png" for kind in ("ir", "vis")]
COLUMNS, CELL, LABEL = 4, (320, 256), 22


def methods():
    """The names that `auif info --methods` lists, but those that need a file."""
    text = subprocess.run([AUIF, "info", "--methods"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout
    names = [line.split(":")[0].split(",")[0] for line in text.splitlines() if line[:1].strip()]
    return [name for name in names if name != "onnx"]


def cell(image, label):
    board = np.full((CELL[1] + LABEL, CELL[0], 3), 255, np.uint8)
    board[LABEL:] = cv2.resize(image, CELL, interpolation=cv2.INTER_AREA)
    cv2.putText(board, label, (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return board


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("settings", nargs="*", metavar="NAME:KEY=VALUE")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--pair", nargs=2, default=SAMPLE, metavar=("IR", "VIS"))
    options = parser.parse_args()
    given = {text.split(":")[0]: text.split(":")[1:] for text in options.settings}
    cells = [cell(cv2.imread(str(path)), name)
             for path, name in zip(options.pair, ("infrared", "visible"))]
    with tempfile.TemporaryDirectory() as folder:
        for name in methods():
            out = f"{folder}/{name}.png"
            settings = [word for s in given.get(name, []) for word in ("--method-option", s)]
            run = subprocess.run([AUIF, "fuse", "-q", *options.pair, "-o", out, "--method", name,
                                  *settings], stderr=subprocess.PIPE, text=True)
            if run.returncode != 0:
                print(f"method-sheet.py: note: {name} is left out: {run.stderr.strip()}",
                      file=sys.stderr)
                continue
            cells.append(cell(cv2.imread(out), name))
    while len(cells) % COLUMNS:
        cells.append(np.full_like(cells[0], 255))
    rows = [np.hstack(cells[i:i + COLUMNS]) for i in range(0, len(cells), COLUMNS)]
    cv2.imwrite(options.output, np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 82])


if __name__ == "__main__":
    main()
