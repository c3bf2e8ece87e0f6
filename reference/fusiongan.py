#!/usr/bin/env python3
"""FusionGAN's generator (Ma et al., Information Fusion 48, 2019), and images fused with it.

reference/fusiongan.py WEIGHTS IR VIS -o OUT

Works in double. OUT is a safetensors file with the tensor `fused` (H, W): what the network gives,
-1..1, before the result is stretched to 0..255. IR and VIS are image files, or safetensors files
with grey levels 0..255 as the tensor `image` (H, W).
"""
import argparse

import torch
from torch import nn
from torch.nn import functional

import safetensors_io

SLOPE = 0.2
EPS = 1e-5
BORDER = 6  # what valid convolutions take from each side
SHAPES = ((2, 256, 5), (256, 128, 5), (128, 64, 3), (64, 32, 3), (32, 1, 1))  # in, out, size


class Generator(nn.Module):
    """`make(in, out, size)` gives a layer: a module with convolve(x)."""

    def __init__(self, make):
        super().__init__()
        self.layers = nn.ModuleList(make(*shape) for shape in SHAPES)

    def forward(self, pair):
        """pair: (N, 2, H, W), infrared and visible in -1..1. Returns (N, 1, H - 12, W - 12)."""
        x = pair
        for layer in self.layers[:-1]:
            # No scale and shift: images are fused with 1 and 0 whatever was learned.
            x = functional.batch_norm(layer(x), None, None, training=True, eps=EPS)
            x = functional.leaky_relu(x, SLOPE)
        return torch.tanh(self.layers[-1](x))

    def fuse(self, pair):
        """The same with the size of the sources, whose edges are repeated."""
        return self(functional.pad(pair, (BORDER,) * 4, mode="replicate"))


def load(path):
    tensors, _ = safetensors_io.read(path)
    network = Generator(nn.Conv2d).double()
    for i, layer in enumerate(network.layers, 1):
        layer.weight.data = torch.from_numpy(tensors[f"layer{i}/kernel"]).double()
        layer.bias.data = torch.from_numpy(tensors[f"layer{i}/bias"]).double()
    return network


def read_levels(path):
    if path.endswith(".safetensors"):
        return safetensors_io.read(path)[0]["image"]
    import cv2
    return cv2.imread(path, cv2.IMREAD_GRAYSCALE)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("ir")
    parser.add_argument("vis")
    parser.add_argument("-o", "--output", required=True)
    options = parser.parse_args()
    pair = torch.stack([torch.from_numpy(read_levels(p)).double()
                        for p in (options.ir, options.vis)])[None]
    with torch.no_grad():
        fused = load(options.weights).fuse((pair - 127.5) / 127.5)
    safetensors_io.write(options.output, {"fused": fused[0, 0].numpy()})


if __name__ == "__main__":
    main()
