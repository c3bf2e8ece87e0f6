"""The ways to fuse that are written in Python; compare.py says what a worker takes and prints:
compare_worker.py WAY MODEL THREADS SECONDS (IR VIS OUT)...

A way prepares itself and returns a function from two float32 images (H, W) in [0, 1] to the fused
one.
"""
import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))

MOST_RUNS = 2000
LEVELS = 5  # 640x512 down to 20x16


def pytorch(model, threads):
    import torch

    import auif_torch
    import fuse

    torch.set_num_threads(threads)
    network = auif_torch.load(model)
    return f"PyTorch {torch.__version__}", lambda ir, vis: fuse.fuse(network, ir, vis)


def opencv_dnn(model, threads):
    net = cv2.dnn.readNetFromONNX(model)

    def run(ir, vis):
        net.setInput(ir[None, None], "ir")
        net.setInput(vis[None, None], "vis")
        return net.forward()[0, 0]

    return f"OpenCV {cv2.__version__}", run


def average(model, threads):
    return f"OpenCV {cv2.__version__}", lambda ir, vis: cv2.addWeighted(ir, 0.5, vis, 0.5, 0)


def pyramid(model, threads):
    return f"OpenCV {cv2.__version__}", blend_pyramids


def laplacian(image):
    """Details from fine to coarse, and what is left."""
    details = []
    for _ in range(LEVELS):
        smaller = cv2.pyrDown(image)
        details.append(image - cv2.pyrUp(smaller, dstsize=image.shape[::-1]))
        image = smaller
    return details, image


def blend_pyramids(ir, vis):
    """The stronger detail at each pixel and level, on the mean of the coarsest level."""
    (details_ir, rest_ir), (details_vis, rest_vis) = laplacian(ir), laplacian(vis)
    fused = (rest_ir + rest_vis) / 2
    for ir, vis in zip(reversed(details_ir), reversed(details_vis)):
        detail = np.where(np.abs(ir) > np.abs(vis), ir, vis)
        fused = cv2.pyrUp(fused, dstsize=detail.shape[::-1]) + detail
    return np.clip(fused, 0, 1)


WAYS = {"pytorch": pytorch, "dnn": opencv_dnn, "average": average, "pyramid": pyramid}


def read_image(path):
    return np.float32(cv2.imread(path, cv2.IMREAD_GRAYSCALE)) / 255


def main():
    way, model, threads, seconds, *images = sys.argv[1:]
    cv2.setNumThreads(int(threads))
    version, fuse = WAYS[way](model, int(threads))
    ms = []
    for i in range(0, len(images), 3):
        ir, vis = read_image(images[i]), read_image(images[i + 1])
        cv2.imwrite(images[i + 2], np.uint8(np.rint(255 * fuse(ir, vis))))
        if i > 0 or float(seconds) == 0:
            continue
        end = time.perf_counter() + float(seconds)
        while len(ms) < 3 or (time.perf_counter() < end and len(ms) < MOST_RUNS):
            start = time.perf_counter()
            fuse(ir, vis)
            ms.append(1e3 * (time.perf_counter() - start))
    print(json.dumps({"version": version, "ms": ms}))


if __name__ == "__main__":
    main()
