"""Times the network with all its channels in PyTorch: what the collapsed kernels save.

A whole fuse of one pair in float32 (two pictures, both encoders, fusion, decoder), without reading
and writing files. Prints one line of JSON.
"""
import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))

import auif_torch
import fuse
import make_model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=512)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--runs", type=int, default=3, help="after one run to warm up")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    # Values do not change the time; the form is that of the authors' code.
    model = make_model.random_model(auif_torch.RELEASE, seed=0)
    pair = make_model.random_pictures(2, args.height, args.width)[:, 0]
    times = []
    for _ in range(args.runs + 1):
        start = time.perf_counter()
        fuse.fuse(model, *pair)
        times.append(time.perf_counter() - start)
    result = {
        "name": "pytorch",
        "width": args.width,
        "height": args.height,
        "threads": args.threads,
        "ms_median": round(1e3 * float(np.median(times[1:])), 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
