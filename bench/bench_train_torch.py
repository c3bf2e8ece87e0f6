"""Times a training step of the network with all its channels in PyTorch, float32: forward, losses,
backward and Adam on 32 images of 128x128 (20 s or more). Prints one line of JSON.
"""
import argparse
import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))

import auif_torch
import make_model
import train_reference


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--form", choices=("paper", "release"), default="release")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    config = auif_torch.PAPER if args.form == "paper" else auif_torch.RELEASE
    model = make_model.initial(config, seed=0)
    batches = make_model.random_images(args.batch, 128, 128)[None]
    start = time.perf_counter()
    train_reference.trajectory(model, batches, train_reference.LossWeights(), lr=1e-2, detail_lr=1e-3)
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {
                "name": "pytorch-train-step",
                "form": args.form,
                "batch": args.batch,
                "threads": args.threads,
                "ms": round(1e3 * seconds, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
