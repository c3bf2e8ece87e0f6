"""Fuses two images with the reference network: fuse.py MODEL IR VIS -o OUT

IR and VIS are .npy or safetensors files (tensor `image`) with values in [0, 1], or 8-bit images
that OpenCV reads. OUT is .npy or .safetensors (tensor `fused`, (H, W)) with the values as computed,
or an image of round(255 x).
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import auif_torch
import safetensors_io


def read_image(path):
    """A grey image (H, W) in [0, 1], float64."""
    suffix = Path(path).suffix
    if suffix == ".npy":
        return np.load(path).astype(np.float64)
    if suffix == ".safetensors":
        return safetensors_io.read(path)[0]["image"].astype(np.float64)
    import cv2  # only images need it

    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise ValueError(f"{path}: not an image that OpenCV can read")
    return image / 255.0


def to_8bit(image):
    return np.rint(255 * image).astype(np.uint8)


def write_image(path, image):
    suffix = Path(path).suffix
    if suffix == ".npy":
        np.save(path, image)
    elif suffix == ".safetensors":
        safetensors_io.write(path, {"fused": image})
    else:
        import cv2

        if not cv2.imwrite(str(path), to_8bit(image)):
            raise ValueError(f"{path}: OpenCV cannot write it")


def fuse(model, ir, vis, strategy="add", weights=(1, 1, 1, 1)):
    """Fuses two arrays (H, W) in the model's type; returns an array (H, W) of that type."""
    dtype = next(model.parameters()).dtype
    with torch.no_grad():
        pair = [torch.as_tensor(image, dtype=dtype)[None, None] for image in (ir, vis)]
        return model.fuse(*pair, strategy, weights)[0, 0].numpy()


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("ir")
    parser.add_argument("vis")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--strategy", choices=auif_torch.STRATEGIES, default="add")
    parser.add_argument(
        "--weights",
        type=float,
        nargs=4,
        default=(1, 1, 1, 1),
        metavar=("BASE_IR", "BASE_VIS", "DETAIL_IR", "DETAIL_VIS"),
        help="multiplied with the strategy's own weights (default: 1 1 1 1)",
    )
    parser.add_argument("--double", action="store_true", help="compute in float64")
    args = parser.parse_args(argv)

    model = auif_torch.load(args.model, torch.float64 if args.double else torch.float32)
    ir, vis = read_image(args.ir), read_image(args.vis)
    write_image(args.output, fuse(model, ir, vis, args.strategy, args.weights))


if __name__ == "__main__":
    main()
